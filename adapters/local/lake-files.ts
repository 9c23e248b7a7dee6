import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { type ColumnType, LAKE_TABLES, type LakeTable } from "#contracts/lake.ts";

/** Rows of one table and one day, as JSON lines. */
export interface LakeLines {
  readonly table: LakeTable;
  readonly dt: string;
  readonly lines: readonly string[];
}

export interface LakeFiles {
  /**
   * Writes a Parquet file per table and day, named after `name`. Writing the same name again replaces it, so a writer
   * that died is repeated, not repaired. Resolves once every file is on disk under its final name.
   */
  write(name: string, parts: readonly LakeLines[]): Promise<void>;
  close(): void;
}

const DUCKDB_TYPE: Readonly<Record<ColumnType, string>> = {
  string: "VARCHAR",
  bigint: "BIGINT",
  double: "DOUBLE",
  boolean: "BOOLEAN",
  timestamp: "TIMESTAMP",
};

/** The lake on one machine: `<folder>/<table>/dt=<day>/<name>.parquet`, as Athena finds it in S3. */
export async function openLakeFiles(folder: string): Promise<LakeFiles> {
  await mkdir(folder, { recursive: true });
  await sweep(folder);
  // One thread and little memory: the machine's other work is people waiting for an answer.
  const instance = await DuckDBInstance.create(":memory:", { threads: "1", memory_limit: "96MB" });
  const connection = await instance.connect();
  const made = new Set<string>();

  const writePart = async (name: string, { table, dt, lines }: LakeLines): Promise<void> => {
    const partition = join(folder, table, `dt=${dt}`);
    if (!made.has(partition)) await mkdir(partition, { recursive: true });
    made.add(partition);
    // DuckDB and Glue both pass over names that begin with a dot: an unfinished file is never read.
    const json = join(partition, `.${name}.ndjson`);
    const unfinished = join(partition, `.${name}.parquet.tmp`);
    await writeLines(json, lines);
    await connection.run(
      `COPY (SELECT * EXCLUDE (dt) FROM read_json(${quoted(json)}, format = 'newline_delimited', maximum_object_size = 4194304,
       columns = ${columnsOf(table)})) TO ${quoted(unfinished)} (FORMAT parquet, COMPRESSION zstd)`,
    );
    await syncFile(unfinished);
    await rename(unfinished, join(partition, `${name}.parquet`));
    await rm(json);
  };

  return {
    write: async (name, parts) => {
      for (const part of parts) if (part.lines.length > 0) await writePart(name, part);
    },
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** Removes what a writer left behind when it died. */
async function sweep(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && entry.name.startsWith(".")) await rm(join(entry.parentPath, entry.name));
  }
}

async function writeLines(path: string, lines: readonly string[]): Promise<void> {
  const file = await open(path, "w");
  try {
    await file.writeFile(`${lines.join("\n")}\n`);
  } finally {
    await file.close();
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const columnsOf = (table: LakeTable): string => {
  const columns = Object.entries(LAKE_TABLES[table]).map(([name, type]) => `${quoted(name)}: '${DUCKDB_TYPE[type]}'`);
  return `{${columns.join(", ")}}`;
};
