import {
  type ColumnType,
  EVENT_COLUMNS,
  FIRST_RECEIVED,
  LAKE_TABLES,
  LAKE_VIEWS,
  type LakeTable,
} from "#contracts/lake.ts";
import { attributed, LATEST_FIRST } from "#contracts/lake-settled.ts";
import { DUCKDB_TYPE } from "./duckdb-type.ts";
import { hasTheseColumns, isCurrent, LATEST_KEYS, type LatestTable, type SettledTable } from "./lake-manifest.ts";

/**
 * Where what is settled lies apart from what is not, views say which they mean by name instead of by the column
 * `settled`: DuckDB then knows how many rows to expect, and plans for them.
 */
const received = (table: SettledTable): string => `received_${table}`;
const settled = (table: SettledTable): string => `settled_${table}`;

/** A table's files, and relations that stand for those of them that cannot be read. */
export interface Sources {
  readonly files: readonly string[];
  readonly failing: readonly string[];
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const listOf = (files: readonly string[]): string => `[${files.map(quoted).join(", ")}]`;

/** Files as they came: `dt` is in the names of their folders, and older ones may lack a column. */
export const receivedFiles = (files: readonly string[]): string =>
  `read_parquet(${listOf(files)}, hive_partitioning = true, hive_types = {'dt': VARCHAR}, union_by_name = true)`;

/** Settled files: of the columns of today the engine need not look into each before it begins. */
export const settledFiles = (table: SettledTable, files: readonly string[]): string => {
  const alike = files.every((file) => hasTheseColumns(table, file));
  return `read_parquet(${listOf(files)}, hive_partitioning = false${alike ? "" : ", union_by_name = true"})`;
};

/** A view with the columns of a table, in order and of their types, also where its sources lack some, or are none. */
export function columnsView(name: string, table: LakeTable, sources: readonly string[]): string {
  const columns = Object.entries<ColumnType>(LAKE_TABLES[table]);
  const empty = columns.map(([column, type]) => `CAST(NULL AS ${DUCKDB_TYPE[type]}) AS ${column}`).join(", ");
  const select = columns.map(([column, type]) => `CAST(${column} AS ${DUCKDB_TYPE[type]}) AS ${column}`).join(", ");
  const rows = [...sources.map((source) => `SELECT * FROM ${source}`), `SELECT ${empty} WHERE FALSE`];
  return `CREATE OR REPLACE VIEW ${name} AS SELECT ${select} FROM (${rows.join(" UNION ALL BY NAME ")})`;
}

/** A table whose rows are settled, over the very files that count: all of them, those that came, those that hold. */
export function settledTableViews(table: SettledTable, came: Sources, holds: Sources): readonly string[] {
  const current = holds.files.filter(isCurrent);
  const fromReceived = came.files.length === 0 ? [] : [receivedFiles(came.files)];
  const all = holds.files.length === 0 ? [] : [settledFiles(table, holds.files)];
  const now = current.length === 0 ? [] : [settledFiles(table, current)];
  return [
    columnsView(table, table, [...fromReceived, ...came.failing, ...all, ...holds.failing]),
    columnsView(received(table), table, [...fromReceived, ...came.failing]),
    columnsView(settled(table), table, [...now, ...holds.failing]),
    ...(table === "events_log" ? [settledKeysView(current)] : []),
  ];
}

/**
 * The names of events that are settled, each with 64 bits of its digest: narrow enough to be looked through by every
 * question for those few that came again since.
 */
export const EVENT_KEY = "md5_number_lower(concat(source, ' ', message_id))";

const settledKeysView = (files: readonly string[]): string => {
  const none =
    "CAST(NULL AS UBIGINT) AS event_key, CAST(NULL AS VARCHAR) AS source, CAST(NULL AS VARCHAR) AS message_id";
  const rows =
    files.length === 0
      ? `${none} WHERE FALSE`
      : `event_key, source, message_id FROM ${settledFiles("events_log", files)}`;
  return `CREATE OR REPLACE VIEW settled_keys AS SELECT ${rows}`;
};

const CAME = received("events_log");
const TWICE = `(SELECT hash(source, message_id) FROM ${CAME} GROUP BY hash(source, message_id) HAVING count(*) > 1)`;

/**
 * `events` in words that DuckDB runs five times faster than the contract's, in memory that does not grow with the rows:
 * of those that are not settled only events that came twice go through a window, and what is asked of the others
 * reaches the scan, with its statistics. Two different events of one hash go the long way too, so chance changes no
 * answer.
 */
const EVENTS_ONCE = `
      SELECT ${EVENT_COLUMNS.join(", ")} FROM ${settled("events_log")}
      UNION ALL
      SELECT ${EVENT_COLUMNS.join(", ")}
      FROM (
        SELECT l.* FROM ${CAME} l WHERE hash(l.source, l.message_id) NOT IN ${TWICE}
        UNION ALL
        SELECT * EXCLUDE (nth) FROM (
          SELECT l.*, row_number() OVER (PARTITION BY l.source, l.message_id ORDER BY ${FIRST_RECEIVED}) AS nth
          FROM ${CAME} l
          WHERE hash(l.source, l.message_id) IN ${TWICE}
        ) WHERE nth = 1
      ) r
      ANTI JOIN known_again k ON k.source = r.source AND k.message_id = r.message_id`;

const KNOWN_AGAIN = `
  SELECT source, message_id FROM settled_keys WHERE event_key IN (
    SELECT event_key FROM settled_keys WHERE event_key IN (SELECT ${EVENT_KEY} FROM ${CAME})
  )`;

/**
 * Settled events that came again since: looked up once for all questions until files change, because it goes through the
 * names of all that is settled. Where a file cannot be read, each question does so for itself, and is told which.
 */
export const knownAgain = (isSound: boolean): readonly string[] => [
  `CREATE OR REPLACE TABLE known_rows AS ${isSound ? KNOWN_AGAIN : "SELECT '' AS source, '' AS message_id WHERE FALSE"}`,
  `CREATE OR REPLACE VIEW known_again AS ${isSound ? "SELECT source, message_id FROM known_rows" : KNOWN_AGAIN}`,
];

/** What each key was last said to be, as `latestOf` of the contract. */
function latest(table: LatestTable): string {
  const key = LATEST_KEYS[table];
  const [came, holds] = [received(table), settled(table)];
  return `(
      SELECT s.* FROM ${holds} s ANTI JOIN ${came} r ON r.${key} = s.${key}
      UNION ALL
      SELECT * EXCLUDE (nth)
      FROM (
        SELECT *, row_number() OVER (PARTITION BY ${key} ORDER BY ${LATEST_FIRST}) AS nth
        FROM (
          SELECT * FROM ${came} UNION ALL SELECT s.* FROM ${holds} s SEMI JOIN ${came} r ON r.${key} = s.${key}
        )
      )
      WHERE nth = 1
    )`;
}

const IDENTITY_MAP = `
  SELECT identity_key, identifier_type, identifier_value, profile_id, follows_logins, version, changed_at
  FROM ${latest("identity_changes")}`;

const PROFILES = `
  SELECT profile_id, identifiers, traits, consent, first_seen, version, changed_at
  FROM ${latest("profile_changes")} WHERE NOT gone`;

/** Whether a device is shared by several people is looked up once for all questions: hardly ever one is. */
export const ANY_SHARED = "SELECT count(*) > 0 FROM identity_changes WHERE follows_logins";

/** What depends on that. With no shared device the engine has less to plan, and a better notion of what to expect. */
export function identityViews(anyShared: boolean): readonly string[] {
  const nobody = "SELECT CAST(NULL AS VARCHAR) AS identity_key WHERE FALSE";
  const events = anyShared ? attributed(EVENT_COLUMNS, EVENTS_ONCE) : attributedPlainly(EVENTS_ONCE);
  return Object.entries({
    identity_map: IDENTITY_MAP,
    shared_devices: anyShared ? (LAKE_VIEWS.shared_devices ?? nobody) : nobody,
    shared_device_logins: LAKE_VIEWS.shared_device_logins,
    events,
  }).map(([name, select]) => `CREATE OR REPLACE VIEW ${name} AS ${select}`);
}

const attributedPlainly = (once: string): string => `
    SELECT ${EVENT_COLUMNS.map((name) => `e.${name}`).join(", ")}, m.profile_id
    FROM (${once}
    ) e
    LEFT JOIN identity_map m ON m.identity_key = e.identity_key`;

const OF_IDENTITY = ["identity_map", "shared_devices", "shared_device_logins", "events"];

/** The other views of the contract in the words of this engine, each after those it uses. */
export const lakeViews = (): readonly string[] =>
  Object.entries({ ...LAKE_VIEWS, profiles: PROFILES })
    .filter(([name]) => !OF_IDENTITY.includes(name))
    .map(([name, select]) => `CREATE OR REPLACE VIEW ${name} AS ${select}`);
