import type { Clock, Definitions } from "#core/kernel/ports.ts";
import { isRejection, type Rejection } from "#core/kernel/rejection.ts";
import { HOUR, isoTime, MINUTE } from "#core/kernel/time.ts";
import { segmentsDue } from "#core/segments/segments-due.ts";
import { type SnapshotPorts, snapshotSegment } from "#core/segments/snapshot-segment.flow.ts";
import type { SnapshotRun } from "#core/segments/snapshot-state.ts";
import type { SegmentRuns } from "#lambdas/api/ports.ts";

export interface SnapshotWorkPorts extends SnapshotPorts {
  readonly clock: Clock;
  /** Runs that were asked for, kept until they are made. */
  readonly asked: Definitions<SnapshotRun>;
  readonly onFault: (error: unknown, where: string) => void;
}

/** What the schedule, the queue and the snapshot function are in the cloud. */
export interface SnapshotWork {
  readonly runs: SegmentRuns;
  /** Finishes the page in hand; what is left is taken up at the next start. */
  stop(): Promise<void>;
}

export interface SnapshotSchedule {
  /** How old the members of a segment may grow before they are found again, in ms. */
  readonly everyMs?: number;
  /** How often to look for what is due, in ms: a new segment waits no longer than this. */
  readonly lookMs?: number;
}

/** Evaluates segments one after another: what is asked for first, then by the schedule whatever has grown old. */
export function startSnapshotWork(
  ports: SnapshotWorkPorts,
  { everyMs = HOUR, lookMs = MINUTE }: SnapshotSchedule = {},
): SnapshotWork {
  let stopping = false;
  let working: Promise<void> = Promise.resolve();
  const mayGoOn = (): boolean => !stopping;
  const work = (): void => {
    working = working.then(() => makeAsked(ports, mayGoOn)).catch((error: unknown) => ports.onFault(error, "segments"));
  };
  const look = (): void => {
    working = working
      .then(() => makeDue(ports, everyMs, mayGoOn))
      .catch((error: unknown) => ports.onFault(error, "segments"));
  };
  work();
  const timer = setInterval(look, lookMs).unref();
  return {
    runs: {
      start: async (run) => {
        await ports.asked.put(`${run.segmentId}/${run.runId}`, run, 0);
        work();
      },
    },
    stop: async () => {
      stopping = true;
      clearInterval(timer);
      await working;
    },
  };
}

async function makeAsked(ports: SnapshotWorkPorts, mayGoOn: () => boolean): Promise<void> {
  for (const asked of await ports.asked.list()) {
    if (!mayGoOn()) return;
    if (await made(ports, asked.definition, mayGoOn)) await ports.asked.delete(asked.id);
  }
}

async function makeDue(ports: SnapshotWorkPorts, everyMs: number, mayGoOn: () => boolean): Promise<void> {
  await makeAsked(ports, mayGoOn);
  const now = ports.clock();
  const runId = `due-${isoTime(now).replace(/[-:.]/g, "").toLowerCase()}`;
  for (const segmentId of segmentsDue(await ports.segments.list(), await ports.states.list(), now - everyMs)) {
    if (!mayGoOn()) return;
    await made(ports, { segmentId, runId, now }, mayGoOn);
  }
}

/** Whether the run needs not be made again. What fails or cannot be evaluated is told, and does not hold others up. */
async function made(ports: SnapshotWorkPorts, run: SnapshotRun, mayGoOn: () => boolean): Promise<boolean> {
  try {
    const done = await snapshotSegment(ports, run, { mayGoOn });
    if (isRejection(done)) ports.onFault(refusalOf(run, done), "segments");
    return isRejection(done) || done.kind !== "paused";
  } catch (error) {
    ports.onFault(error, "segments");
    return false;
  }
}

const refusalOf = ({ segmentId }: SnapshotRun, { code, message }: Rejection): Error =>
  Object.assign(new Error(`the segment ${segmentId} was not evaluated: ${message}`), { name: code });
