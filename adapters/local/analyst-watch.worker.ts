import { writeSync } from "node:fs";
import { workerData } from "node:worker_threads";

export interface WatchSettings {
  /** How many questions are being answered, to be woken by: `Int32`. */
  readonly busy: SharedArrayBuffer;
  readonly residentBytes: number;
  readonly parentPid: number;
}

/** Where the parent hears why: a pipe that nothing else writes to. */
const WORD = 4;
/** How often is looked, in ms. Memory grows by a gigabyte or two a second, so by some tens of megabytes between looks. */
const LOOK_MS = 20;
const IDLE_LOOK_MS = 1_000;

watch(workerData as WatchSettings);

/**
 * Ends its process when that takes more memory than it may, and when its parent is gone. It is a thread that does
 * nothing else, because whoever answers may be deep in the engine and hear of nothing; it looks by the same means on
 * every system. On Linux that counts all that is resident; macOS leaves out what it has compressed, and Windows what it
 * has trimmed, so there a statement gets somewhat further.
 */
function watch({ busy, residentBytes, parentPid }: WatchSettings): never {
  const count = new Int32Array(busy);
  const nobody = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  for (;;) {
    if (isOrphan(parentPid)) process.kill(process.pid, "SIGKILL");
    const resident = process.memoryUsage.rss();
    if (resident > residentBytes) {
      tell(`large ${resident}\n`);
      process.kill(process.pid, "SIGKILL");
    }
    if (Atomics.load(count, 0) === 0) Atomics.wait(count, 0, 0, IDLE_LOOK_MS);
    else Atomics.wait(nobody, 0, 0, LOOK_MS);
  }
}

/** Orphans are given another parent, except on Windows. */
function isOrphan(parentPid: number): boolean {
  if (process.ppid !== parentPid) return true;
  try {
    process.kill(parentPid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

function tell(word: string): void {
  try {
    writeSync(WORD, word);
  } catch (error) {
    // Nobody is there to hear it, which changes nothing.
    if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
  }
}
