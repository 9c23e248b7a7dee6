import type { ColumnType } from "#contracts/lake.ts";

/** DuckDB's names of the lake's column types. */
export const DUCKDB_TYPE: Readonly<Record<ColumnType, string>> = {
  string: "VARCHAR",
  bigint: "BIGINT",
  double: "DOUBLE",
  boolean: "BOOLEAN",
  timestamp: "TIMESTAMP",
};
