import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { secondsFor } from "#bench/measure.ts";

/** Seconds that a statement takes in an engine that has nothing else to do, the median of three. */
export const duckdbSeconds = (sql: string, threads: number): Promise<number> =>
  withDuckdb(threads, (connection) =>
    secondsFor(async () => {
      await connection.runAndReadAll(sql);
    }),
  );

export const duckdbRows = (sql: string, threads: number): Promise<readonly (readonly unknown[])[]> =>
  withDuckdb(threads, async (connection) => (await connection.runAndReadAll(sql)).getRows());

async function withDuckdb<T>(threads: number, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const instance = await DuckDBInstance.create(":memory:", { threads: String(threads) });
  const connection = await instance.connect();
  try {
    return await work(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
