import { stat } from "node:fs/promises";
import { relative, sep } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { type ColumnType, LAKE_TABLES, type LakeTable } from "#contracts/lake.ts";
import { DUCKDB_TYPE } from "./duckdb-type.ts";

/** A file under a table's folder that is none of the table's: cut off, damaged, or somebody else's. */
export interface DamagedFile {
  readonly table: LakeTable;
  /** The day of its folder; none where it lies beside the days. */
  readonly dt: string | undefined;
  /** Within the lake's folder. */
  readonly file: string;
  readonly why: string;
}

/** Files that can be read, and those that cannot. */
export interface Sifted {
  readonly sound: readonly string[];
  readonly damaged: readonly DamagedFile[];
}

export interface DamageWatch {
  /** Looks at those of a table's files that are new since the last look; `thoroughly` reads all that is in all of them. */
  sift(table: LakeTable, files: readonly string[], thoroughly?: boolean): Promise<Sifted>;
}

/**
 * Finds files that cannot be read as rows of their table. Of each new file only its end is looked at, where Parquet says
 * which columns it has: the engine does that too, and remembers it. What is damaged further in shows when it is read.
 */
export function damageWatch(connection: DuckDBConnection, lakeDir: string): DamageWatch {
  const known = new Map<string, { readonly stamp: string; readonly why: string } | "sound">();
  const look = async (table: LakeTable, path: string, thoroughly: boolean): Promise<string | undefined> => {
    const before = known.get(path);
    if (before === "sound" && !thoroughly) return undefined;
    const stamp = await stampOf(path);
    if (before !== undefined && before !== "sound" && before.stamp === stamp) return before.why;
    const why = await whyDamaged(connection, table, path, thoroughly);
    known.set(path, why === undefined ? "sound" : { stamp, why });
    return why;
  };
  return {
    sift: async (table, files, thoroughly = false) => {
      const damaged: DamagedFile[] = [];
      const sound: string[] = [];
      for (const path of files) {
        const why = await look(table, path, thoroughly);
        const file = relative(lakeDir, path).split(sep).join("/");
        if (why === undefined) sound.push(path);
        else damaged.push({ table, file, why, dt: /\/dt=([^/]+)\//.exec(file)?.[1] });
      }
      return { sound, damaged };
    },
  };
}

/** What asking for a damaged file is answered, as a relation of no rows that fails where it is read. */
export function failingRelation({ table, file, why, dt }: DamagedFile): string {
  const elsewhere =
    dt === undefined
      ? "every other table"
      : `other days of ${table} can be asked for by dt (dt <> '${dt}'), and every other table`;
  const message = `the lake's file ${file} cannot be used: ${why}. Take it out of the lake, or put back the file that was there; until then ${elsewhere}`;
  // Whatever asks for its day meets the error, also what asks for none of its columns; a filter by `dt` sees that it is
  // another day, and does not come to it.
  return `(SELECT ${dt === undefined ? "CAST(NULL AS VARCHAR)" : quoted(dt)} AS dt WHERE error(${quoted(message)}) IS NULL)`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Why a file holds no rows of the table; `undefined` where it does. */
async function whyDamaged(
  connection: DuckDBConnection,
  table: LakeTable,
  path: string,
  thoroughly: boolean,
): Promise<string | undefined> {
  const name = quoted(path);
  try {
    const read = await connection.runAndReadAll(`SELECT name, duckdb_type FROM parquet_schema(${name})`);
    const columns = new Map(read.getRows().map(([name, type]) => [String(name), type === null ? "" : String(type)]));
    const foreign = whyForeign(table, columns);
    if (foreign !== undefined) return foreign;
    if (thoroughly) await connection.run(`SELECT max(hash(COLUMNS(*))) FROM read_parquet(${name})`);
    return undefined;
  } catch (error) {
    const message = (error as Error).message;
    // Replaced by a merged one in the meantime.
    if (/No files found|No such file|cannot open file/i.test(message)) return undefined;
    if (/too small|magic bytes/i.test(message))
      return "it is no whole Parquet file (cut off, empty, or something else)";
    return `it cannot be read (${message.replaceAll(path, "the file").split("\n")[0]})`;
  }
}

/** A table's first column is what its rows are known by: without it there are none, whatever else a file holds. */
function whyForeign(table: LakeTable, columns: ReadonlyMap<string, string>): string | undefined {
  const expected = Object.entries<ColumnType>(LAKE_TABLES[table]);
  const [key = ""] = expected[0] ?? [];
  if (!columns.has(key)) return `it has no column ${key}, so it holds no rows of ${table}`;
  for (const [name, type] of expected) {
    const found = columns.get(name);
    if (found !== undefined && !readsAs(type, found)) {
      return `its column ${name} is ${found.toLowerCase()} where ${DUCKDB_TYPE[type].toLowerCase()} is expected`;
    }
  }
  return undefined;
}

const WIDER: Readonly<Record<ColumnType, RegExp>> = {
  string: /^VARCHAR$/,
  bigint: /^U?(TINYINT|SMALLINT|INTEGER|BIGINT)$/,
  double: /^(DOUBLE|FLOAT|U?(TINYINT|SMALLINT|INTEGER|BIGINT)|DECIMAL.*)$/,
  boolean: /^BOOLEAN$/,
  timestamp: /^(TIMESTAMP.*|DATE)$/,
};
const readsAs = (type: ColumnType, found: string): boolean => WIDER[type].test(found);

/** Tells a file from one that was put in its place. */
async function stampOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? "gone" : `${found.size}/${found.mtimeMs}`;
}
