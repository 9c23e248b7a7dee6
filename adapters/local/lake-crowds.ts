import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { LakeTable } from "#contracts/lake.ts";
import { digestOf } from "#core/kernel/digest.ts";
import { compareText } from "#core/kernel/order.ts";
import { isFinished, namesIn, readManifest } from "./lake-manifest.ts";

/** Small files of one partition that are better off as one. */
export interface Crowd {
  readonly partition: string;
  /** Names of the files, in text order. */
  readonly names: readonly string[];
  /** Name of the one that takes their place: made of theirs, so it is new, and the same whenever it is asked for. */
  readonly into: string;
}

/** From so many small files on, queries spend more on opening files than on reading them. */
const CROWD = 16;
/** Merged at once: what bounds the memory and time that one merge takes. */
const MOST_NAMES = 64;
const MOST_BYTES = 12 * 1024 * 1024;
/** A file of this size is left alone. */
const LARGE_BYTES = 4 * 1024 * 1024;

/** The small files of a partition, smallest first, if they are a crowd. */
export async function crowdIn(partition: string): Promise<Crowd | undefined> {
  // A day whose files are all settled has no folder any more; where some are, those are on their way out.
  const [lakeDir, table] = [dirname(dirname(partition)), basename(dirname(partition))];
  const { replaced } = await readManifest(lakeDir, table as LakeTable);
  const gone = new Set(replaced);
  const names = (await namesIn(partition)).filter(
    (name) => isFinished(name) && !gone.has(`${basename(partition)}/${name}`),
  );
  if (names.length < CROWD) return undefined;
  const sizes = await Promise.all(
    names.map(async (name) => ({ name, size: (await stat(join(partition, name))).size })),
  );
  const small = sizes
    .filter(({ size }) => size < LARGE_BYTES)
    .sort((a, b) => a.size - b.size || compareText(a.name, b.name));
  const chosen: string[] = [];
  let bytes = 0;
  for (const { name, size } of small.slice(0, MOST_NAMES)) {
    bytes += size;
    if (bytes > MOST_BYTES) break;
    chosen.push(name);
  }
  if (chosen.length < CROWD) return undefined;
  const together = chosen.sort(compareText);
  return { partition, names: together, into: `merged-${digestOf(...together)}.parquet` };
}
