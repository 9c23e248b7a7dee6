import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { ATHENA_PRELUDE } from "#adapters/local/athena-prelude.ts";
import { athenaStatement } from "#adapters/local/athena-statement.ts";
import { DUCKDB_TYPE } from "#adapters/local/duckdb-type.ts";
import { doubleLiteral, textLiteral } from "#adapters/sql/literal.ts";
import { type ColumnType, LAKE_TABLES, LAKE_VIEWS, type LakeTable } from "#contracts/lake.ts";

export type LakeRow = Readonly<Record<string, string | number | boolean | null>>;

/** The lake's tables and views in an engine of their own, to be filled anew for each generated world. */
export interface LakeInMemory {
  fill(rows: Readonly<Partial<Record<LakeTable, readonly LakeRow[]>>>): Promise<void>;
  /** The first column of a statement in DuckDB's dialect, sorted. */
  duckdb(sql: string): Promise<readonly string[]>;
  /** The same in Athena's dialect, translated as an analyst's statement is. */
  athena(sql: string): Promise<readonly string[]>;
  close(): void;
}

export async function lakeInMemory(): Promise<LakeInMemory> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1", memory_limit: "256MB" });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  for (const macro of ATHENA_PRELUDE) await connection.run(`CREATE MACRO ${macro}`);
  for (const [table, columns] of Object.entries(LAKE_TABLES)) {
    const list = Object.entries<ColumnType>(columns).map(([name, type]) => `${name} ${DUCKDB_TYPE[type]}`);
    await connection.run(`CREATE TABLE ${table} (${list.join(", ")})`);
  }
  for (const [view, sql] of Object.entries(LAKE_VIEWS)) await connection.run(`CREATE VIEW ${view} AS ${sql}`);
  const first = async (sql: string): Promise<readonly string[]> => {
    const answer = await connection.runAndReadAll(sql);
    return answer
      .getRows()
      .map(([value]) => String(value))
      .sort();
  };
  return {
    fill: async (rows) => {
      for (const table of Object.keys(LAKE_TABLES) as LakeTable[]) await refill(connection, table, rows[table] ?? []);
    },
    duckdb: first,
    athena: async (sql) => first(await athenaStatement(sql, connection)),
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function refill(connection: DuckDBConnection, table: LakeTable, rows: readonly LakeRow[]): Promise<void> {
  await connection.run(`DELETE FROM ${table}`);
  if (rows.length === 0) return;
  const names = Object.keys(LAKE_TABLES[table]);
  const values = rows.map((row) => `(${names.map((name) => literal(row[name] ?? null)).join(", ")})`);
  await connection.run(`INSERT INTO ${table} VALUES ${values.join(", ")}`);
}

function literal(value: string | number | boolean | null): string {
  if (typeof value === "string") return textLiteral(value);
  return typeof value === "number" ? doubleLiteral(value) : String(value).toUpperCase();
}
