import { type ColumnType, FIRST_RECEIVED, LAKE_TABLES } from "#contracts/lake.ts";
import { LATEST_FIRST } from "#contracts/lake-settled.ts";
import { DUCKDB_TYPE } from "./duckdb-type.ts";
import { LATEST_KEYS, type LatestTable, type SettledTable, settledName } from "./lake-manifest.ts";
import { EVENT_KEY, receivedFiles, settledFiles } from "./lake-part-views.ts";

/** What is settled at once: files as they came, and those that hold what counted until now. */
export interface Settling {
  readonly received: readonly string[];
  readonly current: readonly string[];
}

/** A file to be made, and the rows it holds. */
export interface Copy {
  readonly name: string;
  readonly sql: string;
}

/** Rows of all columns but `settled`, which is said anew, also of files that are older than a column. */
function rowsOf(table: SettledTable, files: string): string {
  const columns = Object.entries<ColumnType>(LAKE_TABLES[table]).filter(([name]) => name !== "settled");
  const empty = columns.map(([name, type]) => `CAST(NULL AS ${DUCKDB_TYPE[type]}) AS ${name}`).join(", ");
  const select = columns.map(([name, type]) => `CAST(${name} AS ${DUCKDB_TYPE[type]}) AS ${name}`).join(", ");
  return `(SELECT ${select} FROM (SELECT * FROM ${files} UNION ALL BY NAME SELECT ${empty} WHERE FALSE))`;
}

/**
 * Events of some files: in one file those that count, being the first of their copies there whose name no settled event
 * has, in another the copies. By name and time, so that what is asked of one event and one month is found together.
 */
export function eventCopies({ received, current }: Settling, id: string): readonly Copy[] {
  const rows = rowsOf("events_log", receivedFiles(received));
  const keys = `SELECT ${EVENT_KEY} FROM ${rows}`;
  const known =
    current.length === 0
      ? "(SELECT '' AS source, '' AS message_id WHERE FALSE)"
      : `(SELECT source, message_id FROM ${settledFiles("events_log", current)} WHERE event_key IN (${keys}))`;
  const ranked = `(
      SELECT *, ${EVENT_KEY} AS event_key,
        row_number() OVER (PARTITION BY source, message_id ORDER BY ${AS_RECEIVED}) AS nth
      FROM ${rows}
    ) r`;
  const same = "k.source = r.source AND k.message_id = r.message_id";
  const order = "ORDER BY event, event_time";
  return [
    {
      name: settledName("events_log", "current", id),
      sql: `SELECT r.* EXCLUDE (nth), TRUE AS settled FROM ${ranked} ANTI JOIN ${known} k ON ${same} WHERE r.nth = 1 ${order}`,
    },
    {
      name: settledName("events_log", "former", id),
      sql: `SELECT r.* EXCLUDE (nth), FALSE AS settled
        FROM ${ranked} LEFT JOIN ${known} k ON ${same} WHERE r.nth > 1 OR k.message_id IS NOT NULL ${order}`,
    },
  ];
}

/** Among rows of which none is settled. */
const AS_RECEIVED = FIRST_RECEIVED.replace("CASE WHEN settled THEN 0 ELSE 1 END, ", "");

/** The latest row of every key in one file, and in another those that it has overtaken. */
export function latestCopies(table: LatestTable, { received, current }: Settling, id: string): readonly Copy[] {
  const key = LATEST_KEYS[table];
  const rows = rowsOf(table, receivedFiles(received));
  const held = current.length === 0 ? undefined : rowsOf(table, settledFiles(table, current));
  const concerned =
    held === undefined ? "" : `UNION ALL SELECT h.* FROM ${held} h SEMI JOIN ${rows} n ON n.${key} = h.${key}`;
  const others =
    held === undefined ? "" : `UNION ALL SELECT h.* FROM ${held} h ANTI JOIN ${rows} n ON n.${key} = h.${key}`;
  const ranked = `(
      SELECT *, row_number() OVER (PARTITION BY ${key} ORDER BY ${LATEST_FIRST}) AS nth
      FROM (SELECT * FROM ${rows} ${concerned})
    )`;
  return [
    {
      name: settledName(table, "current", id),
      sql: `SELECT *, TRUE AS settled FROM (SELECT * EXCLUDE (nth) FROM ${ranked} WHERE nth = 1 ${others})`,
    },
    {
      name: settledName(table, "former", id),
      sql: `SELECT * EXCLUDE (nth), FALSE AS settled FROM ${ranked} WHERE nth > 1`,
    },
  ];
}
