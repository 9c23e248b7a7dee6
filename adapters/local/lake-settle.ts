import { existsSync } from "node:fs";
import { mkdir, rename, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
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
import { type Copy, eventCopies, latestCopies, type Settling } from "./lake-settle-sql.ts";

export interface LakeSettlerOptions {
  /** From so many bytes of a table's files on, they are settled; and never many more at once. */
  readonly bytes: number;
}

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
  readonly #connection: DuckDBConnection;
  readonly #options: LakeSettlerOptions;

  constructor(lakeDir: string, connection: DuckDBConnection, options: Partial<LakeSettlerOptions> = {}) {
    this.#lakeDir = lakeDir;
    this.#connection = connection;
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
    const names: string[] = [];
    let bytes = 0;
    for (const name of await receivedNames(this.#lakeDir, table)) {
      if (gone.has(name)) continue;
      names.push(name);
      bytes += await sizeOf(join(this.#lakeDir, table, name));
      if (bytes < enough) continue;
      return { manifest, names, received: names.map((each) => join(this.#lakeDir, table, each)), current };
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
    const copies = table === "events_log" ? eventCopies(due, id) : latestCopies(table, due, id);
    const made: string[] = [];
    for (const copy of copies) if (await this.#write(folder, copy)) made.push(copy.name);
    await syncFolder(folder);
    const stays = manifest.settled.filter((name) => table === "events_log" || !isCurrent(name));
    await writeManifest(this.#lakeDir, table, { settled: [...stays, ...made], replaced: names });
  }

  /** Makes a file, unless it were empty. */
  async #write(folder: string, { name, sql }: Copy): Promise<boolean> {
    const unfinished = join(folder, `.${name}.tmp`);
    const made = await this.#connection.runAndReadAll(
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
