import { type ColumnType, LAKE_TABLES, LAKE_VIEWS, type LakeTable } from "#contracts/lake.ts";
import { TRINO_TYPE } from "./trino-lake.ts";
import { comparable } from "./trino-rows.ts";
import type { Trino } from "./trino-server.ts";

/** Athena's place taken by Trino, over the lake's bucket: the tables as the catalogue has them, and the contract's views. */
export interface TrinoOnS3 {
  rows(sql: string): Promise<readonly (readonly unknown[])[]>;
  /** As Athena's `UNLOAD`, which Trino itself has no words for: a table that is made there, and forgotten. */
  unload(rows: string, prefix: string): Promise<void>;
}

const DAYS = "ARRAY['2026-11-12', '2026-11-23']";
const PROJECTED = `partition_projection_type = 'date', partition_projection_format = 'yyyy-MM-dd',
  partition_projection_range = ${DAYS}`;

export async function trinoOnS3({ client }: Trino, bucket: string): Promise<TrinoOnS3> {
  const run = (sql: string) => client.run(sql, bucket);
  await run(`CREATE SCHEMA ${bucket}`);
  for (const table of Object.keys(LAKE_TABLES) as LakeTable[]) {
    const columns = Object.entries<ColumnType>(LAKE_TABLES[table]).map(
      ([name, type]) => `${name} ${TRINO_TYPE[type]}${name === "dt" ? ` WITH (${PROJECTED})` : ""}`,
    );
    await run(`CREATE TABLE ${table} (${columns.join(", ")}) WITH (external_location = 's3://${bucket}/${table}',
      format = 'PARQUET', partitioned_by = ARRAY['dt'], partition_projection_enabled = true)`);
  }
  for (const [view, sql] of Object.entries(LAKE_VIEWS)) await run(`CREATE VIEW ${view} AS ${sql}`);
  let unloaded = 0;
  return {
    rows: async (sql) => comparable(await run(sql)).rows,
    unload: async (rows, prefix) => {
      const table = `unloaded_${unloaded++}`;
      await run(`CREATE TABLE ${table} WITH (external_location = 's3://${bucket}/${prefix.replace(/\/$/, "")}',
        format = 'PARQUET', partitioned_by = ARRAY['part', 'dt']) AS ${rows}`);
      await run(`DROP TABLE ${table}`);
    },
  };
}
