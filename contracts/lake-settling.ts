import { EVENT_COLUMNS, FIRST_RECEIVED } from "./lake.ts";

/**
 * How events of the lake in S3 are settled (`lake-settled.ts` says what that means). Everything under `settling/` is
 * outside of every table.
 */
export const SETTLING = {
  /** What was found is put here first; expires by itself. */
  staged: "settling/staged/",
  /** One object for each run, written once: what it read and what takes its place. */
  runs: "settling/runs/",
} as const;

/** Files of settled rows, in the folder of their day, begin so. Firehose's begin with its stream's name. */
export const SETTLED_PREFIX = "settled-";

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
const list = (values: readonly string[]): string => values.map(text).join(", ");

/** Files of the log as they came, with the days they lie in, both as Athena names them. */
export interface ReceivedFiles {
  readonly days: readonly string[];
  /** `s3://…`, as in the column `$path`. */
  readonly paths: readonly string[];
}

/**
 * The events of these files, each with whether it counts: it is the first of all copies that are not settled, and no
 * settled event has its name, however long ago that came. `dt` is last, because files are parted by it.
 */
export function settleEvents({ days, paths }: ReceivedFiles): string {
  const columns = EVENT_COLUMNS.filter((name) => name !== "dt");
  const names = `SELECT message_id FROM events_log WHERE settled IS NULL AND dt IN (${list(days)}) AND "$path" IN (${list(paths)})`;
  return `
    SELECT ${columns.map((name) => `r.${name}`).join(", ")}, r.nth = 1 AND k.known_id IS NULL AS settled, r.dt
    FROM (
      SELECT ${EVENT_COLUMNS.join(", ")}, "$path" AS path,
        row_number() OVER (PARTITION BY source, message_id ORDER BY ${FIRST_RECEIVED}) AS nth
      FROM events_log WHERE settled IS NULL AND message_id IN (${names})
    ) r
    LEFT JOIN (
      SELECT DISTINCT source AS known_source, message_id AS known_id FROM events_log
      WHERE settled AND message_id IN (${names})
    ) k ON k.known_source = r.source AND k.known_id = r.message_id
    WHERE r.path IN (${list(paths)})
    ORDER BY r.event, r.event_time`;
}

/** Puts them where they are staged, a folder for each day. */
export const unloadEvents = (files: ReceivedFiles, to: string): string => `
  UNLOAD (${settleEvents(files)}
  ) TO ${text(to)}
  WITH (format = 'PARQUET', compression = 'ZSTD', partitioned_by = ARRAY['dt'])`;
