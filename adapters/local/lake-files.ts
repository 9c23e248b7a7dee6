import { closeSync, existsSync, mkdirSync, openSync, writeSync } from "node:fs";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { LAKE_TABLES, type LakeTable } from "#contracts/lake.ts";
import { DUCKDB_TYPE } from "./duckdb-type.ts";
import { type Crowd, crowdIn } from "./lake-crowds.ts";
import { LakeSettler, type LakeSettlerOptions, SPILL } from "./lake-settle.ts";

/** Rows of one table and one day, as JSON lines: each ends in a line break. */
export interface LakeLines {
  readonly table: LakeTable;
  readonly dt: string;
  readonly text: string;
}

/** Rows on their way to a file. They wait on disk, not in memory, and are gone with the process: see `LakeFiles.write`. */
export interface LakeDraft {
  add(lines: LakeLines): void;
  /** UTF-16 units added: what decides when it is time to write. */
  readonly size: number;
}

export interface LakeFiles {
  draft(): LakeDraft;
  /**
   * Turns a draft into a Parquet file per table and day, named after `name`. Writing the same name again replaces it,
   * so a writer that died is repeated, not repaired. Resolves once every file is on disk under its final name.
   */
  write(name: string, draft: LakeDraft): Promise<void>;
  /** Small files that are too many, in the partitions written to since it last answered `undefined` (first: in all). */
  nextCrowd(): Promise<Crowd | undefined>;
  /** Makes the file that is to take a crowd's place, hidden until `replace`. */
  merge(crowd: Crowd): Promise<void>;
  /** Shows the merged file and removes those it replaces. A reader that listed them before finds them gone. */
  replace(crowd: Crowd): Promise<void>;
  /** Ends a replacement that the death of its process interrupted: carried out if it had begun, otherwise forgotten. */
  resume(crowd: Crowd): Promise<void>;
  /** Settles a table's files, if they have become many bytes; answers whether they had. Not while a draft is written. */
  settle(): Promise<boolean>;
  close(): void;
}

/** Hears of rows that no table can hold: their lines are kept in the file named, the others are in the lake. */
export type OnRefused = (error: unknown, keptAs: string) => void;

/**
 * One thread and little memory: the machine's other work is people waiting for an answer. The order of rows says
 * nothing, and keeping it would double what a file in the making holds in memory.
 */
const MODEST = { threads: "1", memory_limit: "96MB", preserve_insertion_order: "false" };

/** The lake on one machine: `<folder>/<table>/dt=<day>/<name>.parquet`, as Athena finds it in S3. */
export async function openLakeFiles(
  folder: string,
  onRefused: OnRefused = () => {},
  settling: Partial<LakeSettlerOptions> = {},
): Promise<LakeFiles> {
  await mkdir(folder, { recursive: true });
  await sweep(folder);
  const instance = await DuckDBInstance.create(":memory:", MODEST);
  const connection = await instance.connect();
  const settler = new LakeSettler(folder, settling);
  await settler.resume();
  const drafts = new Map<LakeDraft, Draft>();
  const touched = new Set(await partitionsIn(folder));
  let drafted = 0;

  const copy = ({ table, json }: DraftPart, to: string, options = ""): Promise<unknown> =>
    connection.run(
      `COPY (SELECT * EXCLUDE (dt) FROM read_json(${quoted(json)}, format = 'newline_delimited', maximum_object_size = 4194304,
       columns = ${columnsOf(table)}${options})) TO ${quoted(to)} (FORMAT parquet, COMPRESSION zstd)`,
    );

  const convert = async (part: DraftPart, name: string): Promise<void> => {
    const { table, partition, json } = part;
    const unfinished = join(partition, `.${name}.parquet.tmp`);
    try {
      await copy(part, unfinished);
      await syncFile(unfinished);
      await rename(unfinished, join(partition, `${name}.parquet`));
      await rm(json);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // One row must not hold up all that come after it: the others go in, and all lines are kept to look at.
      await copy(part, unfinished, ", ignore_errors = true");
      await syncFile(unfinished);
      await rename(unfinished, join(partition, `${name}.parquet`));
      const kept = join(folder, REFUSED, `${table}-${name}.ndjson`);
      await mkdir(join(folder, REFUSED), { recursive: true });
      await rename(json, kept);
      onRefused(error, kept);
    }
    touched.add(partition);
  };
  return {
    draft: () => {
      const draft = new Draft(folder, drafted++);
      drafts.set(draft, draft);
      return draft;
    },
    write: async (name, draft) => {
      const own = drafts.get(draft);
      if (own === undefined) throw new Error("a draft is written once, by the lake it is of");
      drafts.delete(draft);
      for (const part of own.finish()) await convert(part, name);
    },
    nextCrowd: async () => {
      for (const partition of touched) {
        const crowd = await crowdIn(partition);
        if (crowd !== undefined) return crowd;
        touched.delete(partition);
      }
      return undefined;
    },
    merge: async (crowd) => {
      const files = crowd.names.map((name) => quoted(join(crowd.partition, name)));
      await connection.run(
        `COPY (SELECT * FROM read_parquet([${files.join(", ")}], union_by_name = true, hive_partitioning = false))
         TO ${quoted(hidden(crowd))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE_BYTES '4MB')`,
      );
      await syncFile(hidden(crowd));
    },
    replace: async (crowd) => {
      await rename(hidden(crowd), join(crowd.partition, crowd.into));
      await removeReplaced(crowd);
    },
    resume: async (crowd) => {
      if (existsSync(join(crowd.partition, crowd.into))) await removeReplaced(crowd);
    },
    settle: () => settler.settle(),
    close: () => {
      for (const draft of drafts.values()) draft.finish();
      connection.closeSync();
      instance.closeSync();
    },
  };
}

const hidden = ({ partition, into }: Crowd): string => join(partition, `.${into}.tmp`);

async function removeReplaced({ partition, names }: Crowd): Promise<void> {
  await Promise.all(names.map((name) => rm(join(partition, name), { force: true })));
}

/** Where lines are kept that no table can hold: a folder that no query looks into. */
const REFUSED = ".refused";

/** The engine's word on what it was given to read, as against a full disk or a missing file. */
const isRefusal = (error: unknown): boolean =>
  error instanceof Error && /^(Invalid Input|Conversion|Out of Range) Error/i.test(error.message);

interface DraftPart {
  readonly table: LakeTable;
  readonly partition: string;
  readonly json: string;
}

/** JSON lines in a hidden file per table and day. DuckDB and Glue pass over names that begin with a dot. */
class Draft implements LakeDraft {
  size = 0;
  readonly #folder: string;
  readonly #number: number;
  readonly #parts = new Map<string, DraftPart & { readonly file: number }>();

  constructor(folder: string, number: number) {
    this.#folder = folder;
    this.#number = number;
  }

  add({ table, dt, text }: LakeLines): void {
    const partition = join(this.#folder, table, `dt=${dt}`);
    let part = this.#parts.get(partition);
    if (part === undefined) {
      mkdirSync(partition, { recursive: true });
      const json = join(partition, `.draft-${this.#number}.ndjson`);
      part = { table, partition, json, file: openSync(json, "w") };
      this.#parts.set(partition, part);
    }
    writeSync(part.file, text);
    this.size += text.length;
  }

  finish(): readonly DraftPart[] {
    const parts = [...this.#parts.values()];
    for (const { file } of parts) closeSync(file);
    this.#parts.clear();
    return parts;
  }
}

/** The folders of days, of every table. */
async function partitionsIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) =>
    entry.isDirectory() && entry.name.startsWith("dt=") ? [join(entry.parentPath, entry.name)] : [],
  );
}

/** Removes what a writer left behind when it died. */
async function sweep(folder: string): Promise<void> {
  await rm(join(folder, SPILL), { recursive: true, force: true });
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && entry.name.startsWith(".")) await rm(join(entry.parentPath, entry.name));
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
  const received = Object.entries(LAKE_TABLES[table]).filter(([name]) => name !== "settled");
  const columns = received.map(([name, type]) => `${quoted(name)}: '${DUCKDB_TYPE[type]}'`);
  return `{${columns.join(", ")}}`;
};
