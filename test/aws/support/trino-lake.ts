import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openLakeFiles } from "#adapters/local/lake-files.ts";
import { type LocalLakeQuery, openLakeQuery } from "#adapters/local/lake-query.ts";
import { type ColumnType, LAKE_TABLES, LAKE_VIEWS, type LakeTable } from "#contracts/lake.ts";
import type { LakeQuery } from "#core/kernel/ports.ts";
import { comparable } from "./trino-rows.ts";
import type { Trino } from "./trino-server.ts";

export type LakeRow = Readonly<Record<string, unknown>> & { readonly dt: string };

/** Rows to be written, by table. */
export type RowsOfTables = Readonly<Partial<Record<LakeTable, readonly LakeRow[]>>>;

/** One set of Parquet files, asked by both engines. */
export interface SharedLake {
  /** Trino, with the tables and views of the contract, as text that Athena would be given. */
  readonly trino: LakeQuery;
  /** The embedded runtime's own: `lake` in DuckDB's dialect, `analyst` in Athena's, translated. */
  readonly local: LocalLakeQuery;
  close(): void;
}

/** Trino's words for the lake's types: `timestamp` is in milliseconds, as in Athena. */
export const TRINO_TYPE: Readonly<Record<ColumnType, string>> = {
  string: "varchar",
  bigint: "bigint",
  double: "double",
  boolean: "boolean",
  timestamp: "timestamp(3)",
};

/** Writes the rows as the embedded runtime writes its lake, and opens that for both engines. */
export async function sharedLake(server: Trino, name: string, rows: RowsOfTables): Promise<SharedLake> {
  const folder = join(server.root, name);
  await writeFiles(folder, rows);
  await declare(server, name, folder);
  const local = await openLakeQuery(folder, { analystRows: 1_000_000, analystTimeMs: 120_000 });
  return { trino: trinoLake(server, name), local, close: () => local.close() };
}

async function writeFiles(folder: string, rows: RowsOfTables): Promise<void> {
  const files = await openLakeFiles(folder, (error) => {
    throw error; // A row that no table can hold would be missing from the comparison.
  });
  const draft = files.draft();
  for (const [table, all] of Object.entries(rows) as [LakeTable, readonly LakeRow[]][]) {
    for (const [dt, ofDay] of Map.groupBy(all, (row) => row.dt)) {
      draft.add({ table, dt, text: ofDay.map((row) => `${JSON.stringify(row)}\n`).join("") });
    }
  }
  await files.write("rows", draft);
  files.close();
}

/** The tables as the cloud's catalogue has them, over these files, and the views in the contract's own words. */
async function declare(server: Trino, schema: string, folder: string): Promise<void> {
  const run = (sql: string) => server.client.run(sql, schema);
  await run(`CREATE SCHEMA ${schema}`);
  for (const [table, columns] of Object.entries(LAKE_TABLES)) {
    mkdirSync(join(folder, table), { recursive: true });
    const declared = Object.entries<ColumnType>(columns).map(([column, type]) => `${column} ${TRINO_TYPE[type]}`);
    await run(`CREATE TABLE ${table} (${declared.join(", ")}) WITH (
      external_location = 'local:///${schema}/${table}', format = 'PARQUET', partitioned_by = ARRAY['dt'])`);
    await run(`CALL system.sync_partition_metadata('${schema}', '${table}', 'ADD')`);
  }
  for (const [view, sql] of Object.entries(LAKE_VIEWS)) await run(`CREATE VIEW ${view} AS ${sql}`);
}

/**
 * The same lake with every table and view made a table by Trino itself, each view from those before it: what a view means
 * is worked out once, and hundreds of statements need not do so again.
 */
export async function settledLake(server: Trino, name: string, rows: RowsOfTables): Promise<SharedLake> {
  const lake = await sharedLake(server, name, rows);
  const settled = `${name}_settled`;
  const run = (sql: string) => server.client.run(sql, settled);
  await run(`CREATE SCHEMA ${settled}`);
  for (const table of Object.keys(LAKE_TABLES)) {
    await run(`CREATE TABLE ${table} AS SELECT * FROM ${name}.${table}`);
  }
  for (const [view, sql] of Object.entries(LAKE_VIEWS)) await run(`CREATE TABLE ${view} AS ${sql}`);
  return { ...lake, trino: trinoLake(server, settled) };
}

const trinoLake = (server: Trino, schema: string): LakeQuery => ({
  query: async (sql) => comparable(await server.client.run(sql, schema)),
});
