import { duckdbSeconds, quoted } from "./duckdb.ts";

/** Seconds in which DuckDB alone reads a CSV file and writes it as Parquet. */
export const csvToParquet = (csv: string, parquet: string): Promise<number> =>
  duckdbSeconds(
    `COPY (SELECT * FROM read_csv(${quoted(csv)}, all_varchar = true)) TO ${quoted(parquet)} (FORMAT parquet, COMPRESSION zstd)`,
    2,
  );
