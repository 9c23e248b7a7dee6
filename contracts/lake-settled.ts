/**
 * Rows are settled once, by whoever tidies the lake: `settled` is `true` of the one row that counts of its key (an
 * event's first copy; what a key or a profile was last said to be), `false` of those that do not count, and `NULL` of
 * rows nobody has looked at yet. So no row is ever taken away, and what was overtaken is not read again.
 *
 * A row may be there twice for a while, as it came and settled: an event that is settled hides its copies that are not,
 * and of two rows that say the same thing of a key one answers. That is why tidying may stop at any point.
 */
export interface Settled {
  readonly settled: boolean | null;
}

/** Events of the log, each once: `columns` of its first copy by the order `first`. */
export const eventsOnce = (columns: readonly string[], first: string): string => `
      SELECT ${columns.join(", ")} FROM events_log WHERE settled
      UNION ALL
      SELECT ${columns.join(", ")}
      FROM (
        SELECT *, row_number() OVER (PARTITION BY source, message_id ORDER BY ${first}) AS nth
        FROM events_log WHERE settled IS NULL
      ) r
      LEFT JOIN (
        SELECT source AS known_source, message_id AS known_id FROM events_log
        WHERE settled AND message_id IN (SELECT message_id FROM events_log WHERE settled IS NULL)
      ) k ON k.known_source = r.source AND k.known_id = r.message_id
      WHERE nth = 1 AND k.known_id IS NULL`;

/**
 * Events with whom they belong to: whoever an event's identity key is today, and on a device that several people use
 * whoever had logged in there by then.
 */
export const attributed = (columns: readonly string[], once: string): string => `
    SELECT ${columns.map((name) => `e.${name}`).join(", ")}, m.profile_id
    FROM (${once}
    ) e
    LEFT JOIN shared_device_logins d
      ON d.identity_key = e.identity_key AND e.event_time >= d.since AND e.event_time < d.until
    LEFT JOIN identity_map m ON m.identity_key = coalesce(d.user_key, e.identity_key)`;

/** The key of each table of changes of which the latest row counts. */
export const LATEST_KEYS = {
  identity_changes: ["identity_key"],
  profile_changes: ["profile_id"],
  consent_changes: ["profile_id", "purpose"],
} as const;

/**
 * Rows that may be the latest of their key: all but those that were found overtaken, or a repetition, and are so for
 * ever. In two words and not as `coalesce(settled, true)`, which no engine finds in the statistics of a file.
 */
export const NOT_OVERTAKEN = "(settled IS NULL OR settled)";

export interface Latest {
  readonly table: keyof typeof LATEST_KEYS;
  readonly columns: readonly string[];
}

/** Of two rows about one key, the one that counts comes first. */
export const LATEST_FIRST = "version DESC, changed_at";

/**
 * What each key was last said to be. One scan and one window over what is not overtaken: a row that is there twice, as
 * it came and settled, or settled before and since, says the same thing twice. So whatever of a table's files an engine
 * happens to list while they are tidied, as long as each row that counts is among them once, it finds it once.
 */
export function latestOf({ table, columns }: Latest): string {
  const list = columns.join(", ");
  return `
    SELECT ${list}
    FROM (
      SELECT ${list}, row_number() OVER (PARTITION BY ${LATEST_KEYS[table].join(", ")} ORDER BY ${LATEST_FIRST}) AS nth
      FROM ${table} WHERE ${NOT_OVERTAKEN}
    )
    WHERE nth = 1`;
}
