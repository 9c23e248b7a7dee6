import { type ColumnType, FIRST_RECEIVED, LAKE_TABLES } from "#contracts/lake.ts";
import { LATEST_FIRST } from "#contracts/lake-settled.ts";
import { DUCKDB_TYPE } from "./duckdb-type.ts";
import { type Kind, LATEST_KEYS, type LatestTable, type SettledTable, settledName } from "./lake-manifest.ts";
import { EVENT_KEY, receivedFiles, settledFiles } from "./lake-part-views.ts";

/** What is settled at once: files as they came, and those that hold what counted until now. */
export interface Settling {
  readonly received: readonly string[];
  /** All files as they came, these among them: the first copy of an event may be in another. */
  readonly all: readonly string[];
  readonly current: readonly string[];
}

/** A file to be made, and the rows it holds. */
export interface Copy {
  readonly name: string;
  readonly sql: string;
}

/** What is run to settle some files: a table of which rows hold, then the files that are made with it. */
export interface Settlement {
  readonly first: string;
  readonly copies: readonly Copy[];
}

/** A row's place, by which the wide rows are fetched that the narrow ones were chosen for: a window holds all it is over. */
const PLACE = "filename, file_row_number";
const HOLDS = "SEMI JOIN holding w USING (filename, file_row_number)";
const DOES_NOT = "ANTI JOIN holding w USING (filename, file_row_number)";

/** Rows of all columns but `settled`, which is said anew, also of files that are older than a column; with their places. */
function rowsOf(table: SettledTable, files: string): string {
  const columns = Object.entries<ColumnType>(LAKE_TABLES[table]).filter(([name]) => name !== "settled");
  const empty = columns.map(([name, type]) => `CAST(NULL AS ${DUCKDB_TYPE[type]}) AS ${name}`).join(", ");
  const select = columns.map(([name, type]) => `CAST(${name} AS ${DUCKDB_TYPE[type]}) AS ${name}`).join(", ");
  const placed = files.replace(/\)$/, ", filename = true, file_row_number = true)");
  return `(SELECT ${select}, ${PLACE} FROM (SELECT * FROM ${placed} UNION ALL BY NAME SELECT ${empty} WHERE FALSE))`;
}

/**
 * Events of some files: in one file those that count, being the first of all copies that are not settled, and of a name
 * that no settled event has; in another the copies. By name and time, so that what is asked of one event and one month is found together.
 */
export function settleEvents({ received, all, current }: Settling, id: string): Settlement {
  const rows = rowsOf("events_log", receivedFiles(received));
  const keys = `SELECT ${EVENT_KEY} FROM ${rows}`;
  const known =
    current.length === 0
      ? "(SELECT '' AS source, '' AS message_id WHERE FALSE)"
      : `(SELECT source, message_id FROM ${settledFiles("events_log", current)} WHERE event_key IN (${keys}))`;
  const ranked = `(
      SELECT source, message_id, ${PLACE},
        row_number() OVER (PARTITION BY source, message_id ORDER BY ${AS_RECEIVED}) AS nth
      FROM ${rowsOf("events_log", receivedFiles(all))} a
      SEMI JOIN ${rows} r ON r.source = a.source AND r.message_id = a.message_id
    )`;
  const copy = (kind: Kind, which: string): Copy => ({
    name: settledName("events_log", kind, id),
    sql: `SELECT r.* EXCLUDE (${PLACE}), ${EVENT_KEY} AS event_key, ${kind === "current"} AS settled
      FROM ${rows} r ${which} ORDER BY event, event_time`,
  });
  return {
    first: `CREATE OR REPLACE TEMP TABLE holding AS SELECT ${PLACE}
      FROM ${ranked} r ANTI JOIN ${known} k ON k.source = r.source AND k.message_id = r.message_id WHERE r.nth = 1`,
    copies: [copy("current", HOLDS), copy("former", DOES_NOT)],
  };
}

/** Among rows of which none is settled. */
const AS_RECEIVED = FIRST_RECEIVED.replace("CASE WHEN settled THEN 0 ELSE 1 END, ", "");

/** The latest row of every key in one file, and in another those that it has overtaken. */
export function settleLatest(table: LatestTable, { received, current }: Settling, id: string): Settlement {
  const key = LATEST_KEYS[table];
  const rows = rowsOf(table, receivedFiles(received));
  const held = current.length === 0 ? undefined : rowsOf(table, settledFiles(table, current));
  const holders = (join: "SEMI" | "ANTI"): string =>
    held === undefined ? "" : `UNION ALL SELECT h.* FROM ${held} h ${join} JOIN ${rows} n ON n.${key} = h.${key}`;
  const concerned = `(SELECT * FROM ${rows} ${holders("SEMI")})`;
  const copy = (kind: Kind, which: string): Copy => ({
    name: settledName(table, kind, id),
    sql: `SELECT * EXCLUDE (${PLACE}), ${kind === "current"} AS settled
      FROM (SELECT c.* FROM ${concerned} c ${which} ${kind === "current" ? holders("ANTI") : ""})`,
  });
  return {
    first: `CREATE OR REPLACE TEMP TABLE holding AS SELECT ${PLACE}
      FROM (SELECT ${PLACE}, row_number() OVER (PARTITION BY ${key} ORDER BY ${LATEST_FIRST}) AS nth FROM ${concerned})
      WHERE nth = 1`,
    copies: [copy("current", HOLDS), copy("former", DOES_NOT)],
  };
}
