import type { DuckDBConnection } from "@duckdb/node-api";

export interface ConnectionPool {
  /** Runs with a connection that nobody else has meanwhile; waits, first come first served, while there is none. */
  use<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T>;
}

/** As many statements run at once as there are connections: each may take the whole of the engine's memory. */
export function connectionPool(connections: readonly DuckDBConnection[]): ConnectionPool {
  const free = [...connections];
  const waiting: ((connection: DuckDBConnection) => void)[] = [];
  const release = (connection: DuckDBConnection): void => {
    const next = waiting.shift();
    if (next === undefined) free.push(connection);
    else next(connection);
  };
  return {
    use: async (work) => {
      const connection = free.pop() ?? (await new Promise<DuckDBConnection>((resolve) => waiting.push(resolve)));
      try {
        return await work(connection);
      } finally {
        release(connection);
      }
    },
  };
}
