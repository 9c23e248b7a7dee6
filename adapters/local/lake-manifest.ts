import { open, readdir, readFile, rename } from "node:fs/promises";
import { basename, join } from "node:path";
import { LAKE_TABLES, type LakeTable } from "#contracts/lake.ts";
import { digestOf } from "#core/kernel/digest.ts";

/** The tables whose rows are settled (see `contracts/lake-settled.ts`), beside the days in which they came. */
export const SETTLED_TABLES = ["events_log", "identity_changes", "profile_changes"] as const satisfies LakeTable[];
export type SettledTable = (typeof SETTLED_TABLES)[number];

export const isSettledTable = (table: LakeTable): table is SettledTable =>
  SETTLED_TABLES.some((name) => name === table);

/** Of what the latest row is sought, in the tables that tell of changes. */
export const LATEST_KEYS = { identity_changes: "identity_key", profile_changes: "profile_id" } as const;
export type LatestTable = keyof typeof LATEST_KEYS;

/**
 * The kinds of settled files: `current` ones hold rows that count, `former` ones copies, and what was overtaken. Apart,
 * so that nearly every question leaves the second kind alone.
 */
export type Kind = "current" | "former";

const columnsOf = (table: SettledTable): string => digestOf(...Object.keys(LAKE_TABLES[table])).slice(0, 8);

/** Named after the columns it has: of files that have the same, an engine need open none to know that. */
export const settledName = (table: SettledTable, kind: Kind, id: string): string =>
  `${kind}-${columnsOf(table)}-${id}.parquet`;

export const isCurrent = (path: string): boolean => basename(path).startsWith("current-");

export const hasTheseColumns = (table: SettledTable, path: string): boolean =>
  basename(path).includes(`-${columnsOf(table)}-`);

/**
 * What counts of a table's files. It is replaced by one renaming, which is why readers see a settling whole or not at
 * all, and why a process that dies in the middle leaves nothing but files that do not count.
 */
export interface Manifest {
  /** Names of files in `<table>/settled`. */
  readonly settled: readonly string[];
  /** Files as they came, as `dt=<day>/<name>`, whose rows are in settled ones: passed over, and soon gone. */
  readonly replaced: readonly string[];
}

export const settledFolder = (lakeDir: string, table: LakeTable): string => join(lakeDir, table, "settled");

const NONE: Manifest = { settled: [], replaced: [] };
const NAME = "manifest.json";

export async function readManifest(lakeDir: string, table: LakeTable): Promise<Manifest> {
  const path = join(settledFolder(lakeDir, table), NAME);
  try {
    return JSON.parse(await readFile(path, "utf8")) as Manifest;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return NONE;
    throw new Error(`${path} cannot be read: it says which files of ${table} count`, { cause: error });
  }
}

/** Durable once it resolves. */
export async function writeManifest(lakeDir: string, table: LakeTable, manifest: Manifest): Promise<void> {
  const folder = settledFolder(lakeDir, table);
  const unfinished = join(folder, `.${NAME}.tmp`);
  const file = await open(unfinished, "w");
  try {
    await file.writeFile(JSON.stringify(manifest));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, join(folder, NAME));
  await syncFolder(folder);
}

/** Until then a power cut may undo what was renamed in it. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The files that count, with their whole paths. */
export interface TableFiles {
  readonly received: readonly string[];
  readonly settled: readonly string[];
}

/**
 * Days are listed before the manifest is read: a file that is gone by then was replaced by a manifest that is there by
 * then. The other way round its rows would be in neither.
 */
export async function tableFiles(lakeDir: string, table: LakeTable): Promise<TableFiles> {
  const names = await receivedNames(lakeDir, table);
  const { settled, replaced } = await readManifest(lakeDir, table);
  const gone = new Set(replaced);
  return {
    received: names.filter((name) => !gone.has(name)).map((name) => join(lakeDir, table, name)),
    settled: settled.map((name) => join(settledFolder(lakeDir, table), name)),
  };
}

/** Finished files as they came, as `dt=<day>/<name>`, in text order. */
export async function receivedNames(lakeDir: string, table: LakeTable): Promise<readonly string[]> {
  const days = (await namesIn(join(lakeDir, table))).filter((name) => name.startsWith("dt=")).sort();
  const names: string[] = [];
  for (const day of days) {
    const files = (await filesIn(join(lakeDir, table, day))).filter(isFinished).sort();
    names.push(...files.map((name) => `${day}/${name}`));
  }
  return names;
}

export const isFinished = (name: string): boolean => name.endsWith(".parquet") && !name.startsWith(".");

/** Names of files; a folder that is named like one is none. */
async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder, { withFileTypes: true })).flatMap((entry) =>
      entry.isDirectory() ? [] : [entry.name],
    );
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}

export async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    // A file where a folder would be holds nothing of the lake.
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}
