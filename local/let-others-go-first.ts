import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { basename } from "node:path";

/** About a tenth of the weight of a thread that says nothing. */
const NICENESS = 10;

/**
 * Puts this thread, and those it starts, behind every other one that wants a core: whoever waits for an answer goes
 * before what is done later anyway. Linux knows threads by ids of their own; elsewhere all go on alike.
 */
export function letOthersGoFirst(): void {
  try {
    setPriority(Number(basename(readlinkSync("/proc/thread-self"))), NICENESS);
  } catch {
    // No Linux, or a system that forbids it: slower for those who send, and no different for what is done.
  }
}
