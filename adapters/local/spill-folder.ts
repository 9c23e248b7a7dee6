import { readdir, rm, statfs } from "node:fs/promises";
import { join } from "node:path";

/** Where an engine of a process of its own spills to, within the lake's folder: two would write over each other's files. */
export const spillFolderOf = (pid: number): string => `.spill-${pid}`;

const MEGABYTE = 1024 * 1024;
const MOST_SPILLED = 4096 * MEGABYTE;

/** How much a question may spill, in the engine's words: of what is free, most is for what comes in. */
export async function spillLimitIn(lakeDir: string): Promise<string> {
  const { bavail, bsize } = await statfs(lakeDir);
  return `${Math.floor(Math.min(MOST_SPILLED, (bavail * bsize) / 4) / MEGABYTE)}MiB`;
}

/** Removes what processes that were killed left behind, so that no disk fills up with it. */
export async function removeDeadSpills(lakeDir: string): Promise<void> {
  for (const name of await readdir(lakeDir)) {
    const pid = Number(/^\.spill-(\d+)$/.exec(name)?.[1] ?? Number.NaN);
    if (pid === process.pid || isGone(pid)) await rm(join(lakeDir, name), { recursive: true, force: true });
  }
}

function isGone(pid: number): boolean {
  if (Number.isNaN(pid)) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
