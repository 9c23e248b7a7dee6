import { DuckDBInstance } from "@duckdb/node-api";
import { secondsFor } from "#bench/measure.ts";

/** Seconds that a statement takes in an engine that has nothing else to do, the median of three. */
export async function duckdbSeconds(sql: string, threads: number): Promise<number> {
  const instance = await DuckDBInstance.create(":memory:", { threads: String(threads) });
  const connection = await instance.connect();
  try {
    return await secondsFor(async () => {
      await connection.runAndReadAll(sql);
    });
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
