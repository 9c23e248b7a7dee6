import { existsSync } from "node:fs";
import { mkdir, rename, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { digestOf } from "#core/kernel/digest.ts";
import {
  isCurrent,
  isFinished,
  type Manifest,
  namesIn,
  readManifest,
  receivedNames,
  SETTLED_TABLES,
  type SettledTable,
  settledFolder,
  syncFolder,
  writeManifest,
} from "./lake-manifest.ts";
import { type Copy, type Settlement, type Settling, settleEvents, settleLatest } from "./lake-settle-sql.ts";

export interface LakeSettlerOptions {
  /** From so many bytes of a table's files on, they are settled; and never many more at once. */
  readonly bytes: number;
}

/** The machine's other work is people waiting for an answer. Beyond that, it goes to disk. */
const MODEST = { threads: "1", memory_limit: "256MB", preserve_insertion_order: "false" };

/** Where what does not fit in memory waits while rows are settled: a folder that no query looks into. */
export const SPILL = ".settling";

/** Below, a window over what is not settled costs questions less than settling costs the machine. */
const USUAL: LakeSettlerOptions = { bytes: 8 * 1024 * 1024 };
/** What the latest rows of all keys are rewritten for: so much that is new, as a share of them. */
const SHARE_OF_LATEST = 0.2;

/**
 * Settles what has come (see `contracts/lake-settled.ts`) into files beside the days: `<table>/settled`. It may be
 * killed anywhere: until the manifest is renamed nothing has changed, from then on everything has.
 */
export class LakeSettler {
  readonly #lakeDir: string;
  readonly #options: LakeSettlerOptions;

  constructor(lakeDir: string, options: Partial<LakeSettlerOptions> = {}) {
    this.#lakeDir = lakeDir;
    this.#options = { ...USUAL, ...options };
  }

  /** Clears away what a settling that died left behind, and what the last one replaced. */
  async resume(): Promise<void> {
    for (const table of SETTLED_TABLES) {
      if (existsSync(settledFolder(this.#lakeDir, table))) {
        await this.#clear(table, await readManifest(this.#lakeDir, table));
      }
    }
  }

  /** Settles one table's files, if there are enough of them; answers whether there were. Not while files are written. */
  async settle(): Promise<boolean> {
    for (const table of SETTLED_TABLES) {
      const settling = await this.#due(table);
      if (settling === undefined) continue;
      await this.#carryOut(table, settling);
      return true;
    }
    return false;
  }

  async #due(table: SettledTable): Promise<Due | undefined> {
    const manifest = await readManifest(this.#lakeDir, table);
    const gone = new Set(manifest.replaced);
    const folder = settledFolder(this.#lakeDir, table);
    const current = manifest.settled.filter(isCurrent).map((name) => join(folder, name));
    const rewritten = table === "events_log" ? 0 : sum(await Promise.all(current.map(sizeOf)));
    const enough = Math.max(this.#options.bytes, rewritten * SHARE_OF_LATEST);
    const there = (await receivedNames(this.#lakeDir, table)).filter((name) => !gone.has(name));
    const pathOf = (name: string): string => join(this.#lakeDir, table, name);
    let bytes = 0;
    for (const [at, name] of there.entries()) {
      bytes += await sizeOf(pathOf(name));
      if (bytes < enough) continue;
      const names = there.slice(0, at + 1);
      return { manifest, names, received: names.map(pathOf), all: there.map(pathOf), current };
    }
    return undefined;
  }

  /**
   * What is replaced stays until the next time: whoever listed it before may still be reading. Nobody who lists the
   * files from now on sees it.
   */
  async #carryOut(table: SettledTable, due: Due): Promise<void> {
    const { names, manifest } = due;
    const folder = settledFolder(this.#lakeDir, table);
    await mkdir(folder, { recursive: true });
    await this.#clear(table, manifest);
    // Made of what it is made from: new each time, and the same if it is begun again.
    const id = digestOf(...names);
    const settlement = table === "events_log" ? settleEvents(due, id) : settleLatest(table, due, id);
    const made = await this.#make(folder, settlement);
    await syncFolder(folder);
    const stays = manifest.settled.filter((name) => table === "events_log" || !isCurrent(name));
    await writeManifest(this.#lakeDir, table, { settled: [...stays, ...made], replaced: names });
  }

  /** Makes the files in an engine of its own, that gives back what it takes: rows that wait to be sorted are many. */
  async #make(folder: string, { first, copies }: Settlement): Promise<readonly string[]> {
    const instance = await DuckDBInstance.create(":memory:", {
      ...MODEST,
      temp_directory: join(this.#lakeDir, SPILL),
    });
    const connection = await instance.connect();
    try {
      await connection.run(first);
      const made: string[] = [];
      for (const copy of copies) if (await writeCopy(connection, folder, copy)) made.push(copy.name);
      return made;
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  }

  /** Removes files that count no more: replaced ones, and settled ones that the manifest does not name. */
  async #clear(table: SettledTable, { settled, replaced }: Manifest): Promise<void> {
    const folder = settledFolder(this.#lakeDir, table);
    const counting = new Set(settled);
    for (const name of await namesIn(folder)) {
      if (isFinished(name) && !counting.has(name)) await rm(join(folder, name), { force: true });
    }
    if (replaced.length === 0) return;
    for (const name of replaced) await rm(join(this.#lakeDir, table, name), { force: true });
    for (const day of new Set(replaced.map(dirname))) await removeIfEmpty(join(this.#lakeDir, table, day));
    await writeManifest(this.#lakeDir, table, { settled, replaced: [] });
  }
}

/** Makes a file, unless it were empty. */
async function writeCopy(connection: DuckDBConnection, folder: string, { name, sql }: Copy): Promise<boolean> {
  const unfinished = join(folder, `.${name}.tmp`);
  const made = await connection.runAndReadAll(
    `COPY (${sql}) TO '${unfinished.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION zstd)`,
  );
  if (Number(made.getRows()[0]?.[0]) === 0) {
    await rm(unfinished);
    return false;
  }
  await syncFolder(unfinished);
  await rename(unfinished, join(folder, name));
  return true;
}

interface Due extends Settling {
  readonly manifest: Manifest;
  readonly names: readonly string[];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

async function sizeOf(path: string): Promise<number> {
  return (await stat(path)).size;
}

async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!["ENOTEMPTY", "EEXIST", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}
