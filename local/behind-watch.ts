import { statfsSync } from "node:fs";
import { openInboxBacklog } from "#adapters/local/inbox-backlog.ts";
import type { DataFolder } from "./data-folder.ts";

/** When nothing more is taken in. */
export interface BehindLimits {
  /** So much waits to be processed: what came in is safe, but whoever asks for it waits too. */
  readonly backlogBytes: number;
  /** So little is left on the disk, and what is being processed needs it too. */
  readonly freeBytes: number;
}

const MIB = 1024 * 1024;

const defaultBehindLimits: BehindLimits = { backlogBytes: 2_048 * MIB, freeBytes: 64 * MIB };

/** How long a look is good for, in ms. */
const LOOK_MS = 250;

export interface BehindPorts {
  readonly backlogBytes: () => number;
  readonly freeBytes: () => number;
  readonly now: () => number;
}

/** Says whether to take more in. It looks a few times a second however often it is asked. */
export function behindWatch(ports: BehindPorts, limits: BehindLimits = defaultBehindLimits): () => boolean {
  let isBehind = false;
  let lookedAt = Number.NEGATIVE_INFINITY;
  return () => {
    const now = ports.now();
    if (now - lookedAt < LOOK_MS) return isBehind;
    lookedAt = now;
    isBehind = ports.backlogBytes() > limits.backlogBytes || ports.freeBytes() < limits.freeBytes;
    return isBehind;
  };
}

/** Watches an installation's inbox, and the disk it is on. */
export function openBehindWatch(folder: DataFolder, limits?: BehindLimits) {
  const backlog = openInboxBacklog(folder.inbox);
  const freeBytes = (): number => {
    const { bavail, bsize } = statfsSync(folder.root);
    return bavail * bsize;
  };
  const ports = { backlogBytes: () => backlog.bytes(), freeBytes, now: () => performance.now() };
  return { isBehind: behindWatch(ports, limits), close: () => backlog.close() };
}
