import { readFileSync, writeSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

/**
 * Loaded before a program (`node --import`): says at its end, on file descriptor 3, how much memory was resident at
 * most, in bytes. Not `maxRSS` where Linux says better: that begins with what whoever started the program had resident.
 */
const REPORT_FD = 3;

function peakBytes(): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    if (kilobytes !== undefined) return Number(kilobytes) * 1_024;
  } catch {
    // No Linux: what the system says of the process's resources then.
  }
  return process.resourceUsage().maxRSS * 1_024;
}

if (isMainThread) process.on("exit", () => writeSync(REPORT_FD, String(peakBytes())));
