import { DuckDBInstance, DuckDBTimestampValue } from "@duckdb/node-api";
import { DUCKDB_TYPE } from "#adapters/local/duckdb-type.ts";
import { LAKE_TABLES, LAKE_VIEWS, type LakeRows } from "#contracts/lake.ts";
import type { Json } from "#core/kernel/json.ts";
import { type LakeQuery, LakeQueryError, type LakeWriter } from "#core/kernel/ports.ts";
import { isoTime } from "#core/kernel/time.ts";

export interface DuckDbLake extends LakeQuery, LakeWriter<LakeRows> {
  /** Forgets all rows. */
  clear(): Promise<void>;
  close(): void;
}

/** The lake's tables and views in memory, so that SQL of handlers is run and not only looked at. */
export async function duckDbLake(): Promise<DuckDbLake> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1", memory_limit: "256MB" });
  const connection = await instance.connect();
  for (const [table, columns] of Object.entries(LAKE_TABLES)) {
    const declared = Object.entries(columns).map(([name, type]) => `${name} ${DUCKDB_TYPE[type]}`);
    await connection.run(`CREATE TABLE ${table} (${declared.join(", ")})`);
  }
  for (const [view, sql] of Object.entries(LAKE_VIEWS)) await connection.run(`CREATE VIEW ${view} AS ${sql}`);
  return {
    query: async (sql) => {
      const reader = await connection.runAndReadAll(sql).catch((error: Error) => {
        throw new LakeQueryError(error.message);
      });
      const types = reader.columnTypes();
      return {
        columns: reader.columnNames().map((name, at) => ({ name, type: String(types[at]) })),
        rows: reader.getRows().map((row) => row.map(cell)),
      };
    },
    append: async (table, rows) => {
      for (const row of rows) {
        const values = Object.keys(LAKE_TABLES[table]).map((name) => literal(row[name as keyof typeof row]));
        await connection.run(`INSERT INTO ${table} VALUES (${values.join(", ")})`);
      }
    },
    clear: async () => {
      for (const table of Object.keys(LAKE_TABLES)) await connection.run(`DELETE FROM ${table}`);
    },
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

function cell(value: unknown): Json {
  if (value instanceof DuckDBTimestampValue) return isoTime(Number(value.micros / 1000n));
  return typeof value === "bigint" ? Number(value) : (value as Json);
}

const literal = (value: unknown): string => {
  if (value === null || value === undefined) return "NULL";
  return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : JSON.stringify(value);
};
