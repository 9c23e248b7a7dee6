import { PART, SETTLED_PREFIX, type SettledInS3 } from "#contracts/lake-settling.ts";
import type { LakeFile } from "#lambdas/compact/choose-files.ts";
import { type LakeObjects, settleTable } from "#lambdas/compact/settle-table.ts";
import type { Scan } from "./lake-bytes.ts";

/** A row of a table of changes, as far as settling looks: what it is of, and which of two outranks the other. */
interface Row {
  readonly key: number;
  readonly version: number;
}

/** What was asked of S3 and of Athena, of one table. */
export interface SettlingCounts {
  /** Puts, copies and pages of listings: each at the price of a put. */
  puts: number;
  gets: number;
  /** Files that Athena opened, and files that it wrote. */
  opened: number;
  written: number;
  scannedBytes: number;
  runs: number;
}

export interface ModelOptions {
  readonly table: SettledInS3;
  /** What the statement reads: of each scan its columns, which of them in bytes a row. */
  readonly scans: readonly Scan[];
  readonly bytesOfRow: (columns: readonly string[] | "all") => number;
  /** Rows that stand for a thousand, so that a year fits into memory. */
  readonly scale: number;
}

/** A bucket of which only keys, sizes and rows are kept, with the compact function's own steps over it. */
export interface SettlingModel {
  readonly counts: SettlingCounts;
  receive(dt: string, name: string, rows: readonly Row[]): void;
  settle(now: number): Promise<void>;
  /** Rows by whether they are still to be read by who asks what stands. */
  rows(): { readonly standing: number; readonly all: number; readonly keys: number };
}

const LISTED_AT_ONCE = 1_000;

export function settlingModel({ table, scans, bytesOfRow, scale }: ModelOptions): SettlingModel {
  const files = new Map<string, readonly Row[]>();
  const texts = new Map<string, string>();
  const counts: SettlingCounts = { puts: 0, gets: 0, opened: 0, written: 0, scannedBytes: 0, runs: 0 };
  const sizeOf = (rows: readonly Row[]): number => Math.round(rows.length * scale * bytesOfRow("all"));
  const listed = (prefix: string): readonly LakeFile[] => {
    const found = [...files].map(([key, rows]) => ({ key, bytes: sizeOf(rows) }));
    const kept = [...texts].map(([key, text]) => ({ key, bytes: text.length }));
    return [...found, ...kept].filter(({ key }) => key.startsWith(prefix)).sort((a, b) => (a.key < b.key ? -1 : 1));
  };
  const objects: LakeObjects = {
    files: async (prefix) => {
      const found = listed(prefix);
      counts.puts += Math.max(1, Math.ceil(found.length / LISTED_AT_ONCE));
      return found;
    },
    read: async (key) => {
      counts.gets += 1;
      return texts.get(key) ?? "";
    },
    create: async (key, content) => {
      counts.puts += 1;
      texts.set(key, content);
      return true;
    },
    copy: async (from, to) => {
      counts.puts += 1;
      files.set(to, files.get(from) ?? []);
    },
    remove: async (keys) => {
      for (const key of keys) if (!files.delete(key)) texts.delete(key);
    },
  };
  const ofKind = (of: Scan["of"], named: ReadonlySet<string>): readonly (readonly Row[])[] =>
    [...files].flatMap(([key, rows]) => (isReadFor(of, key, named) && key.startsWith(`${table}/`) ? [rows] : []));
  const unload = async (statement: string, prefix: string): Promise<void> => {
    const named = new Set([...statement.matchAll(/'([^']*\/dt=[^']+)'/g)].map(([, key]) => key ?? ""));
    counts.runs += 1;
    for (const { of, columns } of scans) {
      const read = ofKind(of, named);
      counts.opened += read.length;
      counts.scannedBytes += read.reduce((sum, rows) => sum + rows.length, 0) * scale * bytesOfRow(columns);
    }
    for (const [folder, rows] of settledFrom(files, ofKind("standing", named).flat(), named)) {
      counts.written += 1;
      files.set(`${prefix}${folder}/rows`, rows);
    }
  };
  let calls = 0;
  return {
    counts,
    receive: (dt, name, rows) => files.set(`${table}/dt=${dt}/${name}`, rows),
    settle: async (now) => {
      await settleTable({ objects, unload, pathOf: (key) => key, clock: () => now }, { table, attempt: `${calls++}` });
    },
    rows: () => {
      const [standing, all] = (["standing", "all"] as const).map((of) => ofKind(of, new Set()).flat());
      const keys = new Set(all?.map(({ key }) => key));
      return { standing: (standing ?? []).length * scale, all: (all ?? []).length * scale, keys: keys.size * scale };
    },
  };
}

function isReadFor(of: Scan["of"], key: string, named: ReadonlySet<string>): boolean {
  const name = key.slice(key.lastIndexOf("/") + 1);
  const isSettled = name.startsWith(SETTLED_PREFIX);
  const counts = name.startsWith(`${SETTLED_PREFIX}${PART.counts}-`);
  if (of === "named") return named.has(key);
  if (of === "all") return true;
  if (of === "standing") return !isSettled || counts;
  return of === "settled" ? counts : !isSettled;
}

/** The rows of the named files by the folder they are written into: a key's highest version counts, the others do not. */
function settledFrom(
  files: ReadonlyMap<string, readonly Row[]>,
  standing: readonly Row[],
  named: ReadonlySet<string>,
): ReadonlyMap<string, readonly Row[]> {
  const highest = new Map<number, number>();
  for (const { key, version } of standing) highest.set(key, Math.max(version, highest.get(key) ?? 0));
  const parted = new Map<string, Row[]>();
  for (const key of named) {
    const day = /dt=[0-9-]{10}/.exec(key)?.[0] ?? "";
    for (const row of files.get(key) ?? []) {
      const part = highest.get(row.key) === row.version ? PART.counts : PART.doesNot;
      const folder = `part=${part}/${day}`;
      const rows = parted.get(folder);
      if (rows === undefined) parted.set(folder, [row]);
      else rows.push(row);
    }
  }
  return parted;
}
