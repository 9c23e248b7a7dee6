/** What an event's row says of one of its identifiers, as JSON writes it; of a value that JSON escapes, nothing. */
const identifierIn = (type: string): string =>
  `regexp_extract(identifiers, '\\{"type":"${type}","value":"([^"\\\\]+)"\\}', 1)`;

/** What is done without a name on a device that several people use. */
const UNNAMED = `
  SELECT e.*, e.identity_key AS device, CAST(NULL AS VARCHAR) AS user_key
  FROM events_log e JOIN identity_map d ON d.identity_key = e.identity_key
  WHERE d.follows_logins`;

/** Every event that carries both such a device and a `user_id` is a login. */
const loginsBy = (type: string): string => `
  SELECT e.*, d.identity_key AS device, e.identity_key AS user_key
  FROM events_log e JOIN identity_map d ON d.identity_key = concat('${type}:', ${identifierIn(type)})
  WHERE d.follows_logins AND e.identity_key LIKE 'user_id:%'`;

/** Milliseconds since the year 1 in digits of one length, so that the text before the user's key orders by time. */
const TIME = `lpad(CAST(date_diff('millisecond', TIMESTAMP '0001-01-01 00:00:00', event_time) AS VARCHAR), 15, '0')`;
const TIME_LENGTH = 15;

/**
 * The events of shared devices that carry no name, each with the `user_id` of the latest login at or before it on that
 * device, as Athena and DuckDB both read it. Of two logins at one time the one that is later in text order counts; what
 * comes before every login stays with the device. Where no device is shared there is nothing to join with, and neither
 * engine reads the log for it.
 *
 * `firstReceived` is the order of an event's copies in the log, of which the first counts.
 */
export const sharedDeviceEvents = (firstReceived: string): string => `
  SELECT source, message_id, device AS identity_key, substr(latest, ${TIME_LENGTH + 1}) AS user_key
  FROM (
    SELECT source, message_id, device, user_key, max(CASE WHEN user_key IS NOT NULL THEN concat(${TIME}, user_key) END)
      OVER (PARTITION BY device ORDER BY event_time RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS latest
    FROM (
      SELECT *, row_number() OVER (PARTITION BY source, message_id, device ORDER BY ${firstReceived}) AS nth
      FROM (${[UNNAMED, loginsBy("anonymous_id"), loginsBy("device_id")].join(" UNION ALL ")})
    )
    WHERE nth = 1
  )
  WHERE user_key IS NULL AND latest IS NOT NULL`;
