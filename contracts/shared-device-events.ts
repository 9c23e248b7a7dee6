import { LATEST_FIRST, NOT_OVERTAKEN } from "./lake-settled.ts";

/**
 * The devices that several people use today. Begun from the few rows that may say so of a device: where none did,
 * neither engine reads further, nor the log for the views below.
 */
export const SHARED_DEVICES = `
  SELECT identity_key
  FROM (
    SELECT identity_key, follows_logins, row_number() OVER (PARTITION BY identity_key ORDER BY ${LATEST_FIRST}) AS nth
    FROM identity_changes
    WHERE ${NOT_OVERTAKEN} AND identity_key IN (
      SELECT identity_key FROM identity_changes WHERE ${NOT_OVERTAKEN} AND follows_logins
    )
  )
  WHERE nth = 1 AND follows_logins`;

/** What is done without a name on a shared device. */
const UNNAMED = `
  SELECT e.*, d.identity_key AS device, CAST(NULL AS VARCHAR) AS user_key
  FROM events_log e JOIN shared_devices d ON d.identity_key = e.identity_key`;

/** Every event that carries both a shared device and a `user_id` is a login. `device` is read from the event's row. */
const loginsBy = (type: string, device: string): string => `
  SELECT e.*, d.identity_key AS device, e.identity_key AS user_key
  FROM events_log e JOIN shared_devices d ON d.identity_key = concat('${type}:', ${device})
  WHERE d.identity_key LIKE '${type}:%' AND e.identity_key LIKE 'user_id:%'`;

/** The column is there for it. */
export const ANONYMOUS_ID = "trim(anonymous_id)";
/** As JSON writes it; of a value that JSON escapes, nothing. */
export const DEVICE_ID = String.raw`regexp_extract(identifiers, '\{"type":"device_id","value":"([^"\\]+)"\}', 1)`;

/**
 * What was done on shared devices, each event once: with whom it logged in, or with nobody. `firstReceived` is the
 * order of an event's copies in the log, of which the first counts.
 */
const doneThere = (firstReceived: string): string => `(
      SELECT *
      FROM (
        SELECT *, row_number() OVER (PARTITION BY source, message_id, device ORDER BY ${firstReceived}) AS nth
        FROM (${[UNNAMED, loginsBy("anonymous_id", ANONYMOUS_ID), loginsBy("device_id", DEVICE_ID)].join(" UNION ALL ")})
      )
      WHERE nth = 1
    )`;

/**
 * Who had logged in on a shared device from when (`since`) until before when (`until`), where somebody had. Of two
 * logins at one time the one that is later in text order counts.
 */
export const sharedDeviceLogins = (firstReceived: string): string => `
  SELECT identity_key, user_key, since,
    lead(since, 1, TIMESTAMP '9999-12-31 23:59:59.999') OVER (PARTITION BY identity_key ORDER BY since) AS until
  FROM (
    SELECT device AS identity_key, event_time AS since, max(user_key) AS user_key
    FROM ${doneThere(firstReceived)}
    WHERE user_key IS NOT NULL
    GROUP BY device, event_time
  )`;

/** Milliseconds since the year 1 in digits of one length, so that the text before the user's key orders by time. */
const TIME = `lpad(CAST(date_diff('millisecond', TIMESTAMP '0001-01-01 00:00:00', event_time) AS VARCHAR), 15, '0')`;
const TIME_LENGTH = 15;

/**
 * The events of shared devices that carry no name, each with the `user_id` of the latest login at or before it on that
 * device, as Athena and DuckDB both read it. Of two logins at one time the one that is later in text order counts; what
 * comes before every login stays with the device.
 */
export const sharedDeviceEvents = (firstReceived: string): string => `
  SELECT source, message_id, device AS identity_key, substr(latest, ${TIME_LENGTH + 1}) AS user_key
  FROM (
    SELECT source, message_id, device, user_key, max(CASE WHEN user_key IS NOT NULL THEN concat(${TIME}, user_key) END)
      OVER (PARTITION BY device ORDER BY event_time RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS latest
    FROM ${doneThere(firstReceived)}
  )
  WHERE user_key IS NULL AND latest IS NOT NULL`;
