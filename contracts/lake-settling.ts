import { type ColumnType, FIRST_RECEIVED, LAKE_TABLES, type LakeTable } from "./lake.ts";
import { LATEST_FIRST, LATEST_KEYS, NOT_OVERTAKEN } from "./lake-settled.ts";

/**
 * How rows of the lake in S3 are settled (`lake-settled.ts` says what that means). Everything under `settling/` is
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

/** In a folder of each kind files are written: rows that count, and those that do not. Nearly nobody reads the second. */
export const PART = { counts: "current", doesNot: "former" } as const;

/** The tables that are settled in S3. */
export const SETTLED_IN_S3 = [
  "events_log",
  "identity_changes",
  "profile_changes",
  "consent_changes",
  "segment_changes",
] as const satisfies readonly LakeTable[];
export type SettledInS3 = (typeof SETTLED_IN_S3)[number];

/** What asks for a table's files to be settled: on the queue of runs. Without a table, the log's. Plain JSON. */
export interface SettleMessage {
  readonly v: 1;
  readonly table?: SettledInS3;
}

/** Where a table's runs are kept. Those of the log came first. */
export const runsOf = (table: SettledInS3): string =>
  table === "events_log" ? SETTLING.runs : `settling/runs-of/${table}/`;

/**
 * Whether what counted once may be overtaken. Then settled files are looked through again, at ages that double: of a
 * row that is overtaken while it is so old, no more than one other stays behind.
 */
export const isOvertaken = (table: SettledInS3): boolean => Object.hasOwn(LATEST_KEYS, table);

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
const list = (values: readonly string[]): string => values.map(text).join(", ");

/** Files of a table, with the days they lie in, both as Athena names them. Settled ones among them hold rows that count. */
export interface ChosenFiles {
  readonly days: readonly string[];
  /** `s3://…`, as in the column `$path`. */
  readonly paths: readonly string[];
}

/**
 * The rows of these files, each once, each with whether it counts. `part` and `dt` are last, because files are parted by
 * them.
 */
export const settledRows = (table: SettledInS3, files: ChosenFiles): string =>
  table === "events_log" ? settledEvents(files) : settledLatest(table, files);

const columnsOf = (table: SettledInS3): readonly string[] =>
  Object.keys(LAKE_TABLES[table] satisfies Readonly<Record<string, ColumnType>>).filter(
    (name) => name !== "settled" && name !== "dt",
  );

const partBy = (counts: string): string =>
  `CASE WHEN ${counts} THEN ${text(PART.counts)} ELSE ${text(PART.doesNot)} END`;

/**
 * An event counts if it is the first of all copies that are not settled, and no settled event has its name, however long
 * ago that came.
 */
function settledEvents({ days, paths }: ChosenFiles): string {
  const names = `SELECT message_id FROM events_log WHERE settled IS NULL AND dt IN (${list(days)}) AND "$path" IN (${list(paths)})`;
  const columns = columnsOf("events_log").join(", ");
  return `
    SELECT ${columns}, settled, ${partBy("settled")} AS part, dt
    FROM (
      SELECT r.*, r.nth = 1 AND k.known_id IS NULL AS settled
      FROM (
        SELECT ${columns}, dt, "$path" AS path,
          row_number() OVER (PARTITION BY source, message_id ORDER BY ${FIRST_RECEIVED}) AS nth
        FROM events_log WHERE settled IS NULL AND (message_id IS NULL OR message_id IN (${names}))
      ) r
      LEFT JOIN (
        SELECT DISTINCT source AS known_source, message_id AS known_id FROM events_log
        WHERE settled AND message_id IN (${names})
      ) k ON k.known_source = r.source AND k.known_id = r.message_id
    )
    WHERE path IN (${list(paths)})
    ORDER BY event, event_time`;
}

/** Of rows that are the same, the one that counted goes on counting. */
const SETTLED_FIRST = "CASE WHEN settled THEN 0 ELSE 1 END";

/** What a turn in a segment is known by: all it says. Only its repetitions do not count. */
const TURN = ["profile_id", "segment_id", "evaluated_at", "definition_version", "change", "cause"] as const;

/**
 * A change counts if no other row that is not overtaken outranks it, in whichever file that is: then one that counts is
 * always left, though its file may be settled by another run.
 */
function settledLatest(table: Exclude<SettledInS3, "events_log">, { days, paths }: ChosenFiles): string {
  const [key, order]: readonly [readonly string[], string] =
    table === "segment_changes" ? [TURN, SETTLED_FIRST] : [LATEST_KEYS[table], `${LATEST_FIRST}, ${SETTLED_FIRST}`];
  const [about] = key;
  const columns = columnsOf(table).join(", ");
  const concerned = `SELECT ${about} FROM ${table} WHERE dt IN (${list(days)}) AND "$path" IN (${list(paths)})`;
  return `
    SELECT ${columns}, nth = 1 AS settled, ${partBy("nth = 1")} AS part, dt
    FROM (
      SELECT ${columns}, dt, "$path" AS path, row_number() OVER (PARTITION BY ${key.join(", ")} ORDER BY ${order}) AS nth
      FROM ${table} WHERE ${NOT_OVERTAKEN} AND (${about} IS NULL OR ${about} IN (${concerned}))
    )
    WHERE path IN (${list(paths)})
    ORDER BY ${key.join(", ")}`;
}

/** Puts them where they are staged: a folder for each part, and in it one for each day. */
export const unloadSettled = (rows: string, to: string): string => `
  UNLOAD (${rows}
  ) TO ${text(to)}
  WITH (format = 'PARQUET', compression = 'ZSTD', partitioned_by = ARRAY['part', 'dt'])`;
