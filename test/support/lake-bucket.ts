import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { DUCKDB_TYPE } from "#adapters/local/duckdb-type.ts";
import { type ColumnType, LAKE_TABLES, LAKE_VIEWS, type LakeTable } from "#contracts/lake.ts";
import type { LakeObjects } from "#lambdas/compact/settle-table.ts";

/** Hears of each call of a port, before and after, and may throw. */
export type Hear = (call: string, when: "before" | "after") => void;

/** The lake's bucket as a folder, with DuckDB in Athena's place: the same tables, views and statements over its files. */
export interface LakeBucket {
  readonly folder: string;
  readonly pathOf: (key: string) => string;
  keysIn(prefix: string): readonly string[];
  objects(hear?: Hear): LakeObjects;
  /** Runs a statement as the contract words it, over what the bucket holds at this moment. */
  rows(sql: string): Promise<readonly (readonly unknown[])[]>;
  /** Writes the rows of a query as `UNLOAD` does, two files for each folder of rows that count. */
  unload(rows: string, prefix: string): Promise<void>;
  /** A file as Firehose writes it. */
  receive(table: LakeTable, dt: string, rows: readonly object[]): Promise<void>;
  close(): void;
}

export async function lakeBucket(): Promise<LakeBucket> {
  const folder = mkdtempSync(join(tmpdir(), "tributary-bucket-"));
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  const pathOf = (key: string): string => join(folder, key);
  const keysIn = (prefix: string): readonly string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .filter((key) => key.startsWith(prefix))
      .sort();
  const show = await shownTables(connection, { folder, keysIn });
  let received = 0;
  return {
    folder,
    pathOf,
    keysIn,
    objects: (hear = () => {}) => folderObjects({ folder, keysIn, pathOf }, hear),
    rows: async (sql) => {
      await show();
      return (await connection.runAndReadAll(sql)).getRowsJson();
    },
    unload: async (rows, prefix) => {
      await show();
      mkdirSync(pathOf(prefix), { recursive: true });
      await connection.run(
        `CREATE OR REPLACE TEMP TABLE settled_now AS SELECT *, CASE WHEN settled THEN row_number() OVER () % 2 ELSE 0 END AS half FROM (${rows})`,
      );
      // Two files a day: a run is shown piece by piece.
      for (const half of [0, 1]) {
        await connection.run(`COPY (SELECT * EXCLUDE (half) FROM settled_now WHERE half = ${half}) TO '${pathOf(prefix)}'
          (FORMAT parquet, PARTITION_BY (part, dt), OVERWRITE_OR_IGNORE, FILENAME_PATTERN 'half${half}-{i}')`);
      }
    },
    receive: async (table, dt, rows) => {
      const lines = pathOf("lines.json");
      writeFileSync(lines, rows.map((row) => JSON.stringify(row)).join("\n"));
      const columns = columnsOf(table).filter(([name]) => name !== "dt" && name !== "settled");
      const typed = columns.map(([name, type]) => `${name}: '${DUCKDB_TYPE[type]}'`);
      const name = `stream-${String(received++).padStart(4, "0")}`;
      mkdirSync(pathOf(`${table}/dt=${dt}`), { recursive: true });
      await connection.run(`COPY (SELECT * FROM read_json('${lines}', columns = {${typed.join(", ")}}))
        TO '${pathOf(`${table}/dt=${dt}/${name}`)}' (FORMAT parquet)`);
      rmSync(lines);
    },
    close: () => {
      connection.closeSync();
      instance.closeSync();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type Folder = Pick<LakeBucket, "folder" | "keysIn" | "pathOf">;

const columnsOf = (table: LakeTable) => Object.entries<ColumnType>(LAKE_TABLES[table]);

/** Keeps each table over the files that the bucket holds when it is asked. */
async function shownTables(
  connection: DuckDBConnection,
  { folder, keysIn }: Omit<Folder, "pathOf">,
): Promise<() => Promise<void>> {
  const shown = new Map<string, string>();
  const show = async (): Promise<void> => {
    for (const table of Object.keys(LAKE_TABLES) as LakeTable[]) {
      const keys = keysIn(`${table}/`);
      if (shown.get(table) === keys.join()) continue;
      const files = keys.map((key) => `'${join(folder, key)}'`).join(", ");
      const select = columnsOf(table).map(([name, type]) => `CAST(${name} AS ${DUCKDB_TYPE[type]}) AS ${name}`);
      const empty = columnsOf(table).map(([name, type]) => `CAST(NULL AS ${DUCKDB_TYPE[type]}) AS ${name}`);
      const read = `SELECT * FROM read_parquet([${files}], hive_partitioning = true, hive_types = {'dt': VARCHAR},
        union_by_name = true, filename = true) UNION ALL BY NAME`;
      await connection.run(`CREATE OR REPLACE VIEW ${table} AS SELECT ${select.join(", ")}, filename AS "$path"
        FROM (${keys.length === 0 ? "" : read} SELECT ${empty.join(", ")}, NULL AS filename WHERE FALSE)`);
      shown.set(table, keys.join());
    }
  };
  await show();
  for (const [name, select] of Object.entries(LAKE_VIEWS)) await connection.run(`CREATE VIEW ${name} AS ${select}`);
  return show;
}

function folderObjects({ keysIn, pathOf }: Folder, hear: Hear): LakeObjects {
  const heard =
    <Args extends readonly unknown[], T>(name: string, work: (...args: Args) => T) =>
    async (...args: Args): Promise<T> => {
      hear(name, "before");
      const done = work(...args);
      hear(name, "after");
      return done;
    };
  const place = (key: string): string => {
    mkdirSync(dirname(pathOf(key)), { recursive: true });
    return pathOf(key);
  };
  return {
    files: heard("files", (prefix: string) =>
      keysIn(prefix).map((key) => ({ key, bytes: statSync(pathOf(key)).size })),
    ),
    read: heard("read", (key: string) => readFileSync(pathOf(key), "utf8")),
    create: heard("create", (key: string, content: string) => {
      if (existsSync(pathOf(key))) return false;
      writeFileSync(place(key), content);
      return true;
    }),
    // An object is there whole or not at all.
    copy: heard("copy", (from: string, to: string) => {
      cpSync(pathOf(from), place("copying"));
      renameSync(pathOf("copying"), place(to));
    }),
    // One after the other, so that whoever looks on sees some gone and some there.
    remove: async (keys: readonly string[]) => {
      for (const key of keys) {
        hear("remove", "before");
        rmSync(pathOf(key), { force: true });
        hear("remove", "after");
      }
    },
  };
}
