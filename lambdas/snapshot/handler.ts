import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type { SnapshotMessage } from "#contracts/bus.ts";
import { isRejection, type Rejection } from "#core/kernel/rejection.ts";
import { MINUTE, parseTime } from "#core/kernel/time.ts";
import { segmentsDue } from "#core/segments/segments-due.ts";
import { type SnapshotPorts, type SnapshotReport, snapshotSegment } from "#core/segments/snapshot-segment.flow.ts";
import type { SnapshotRun } from "#core/segments/snapshot-state.ts";
import { messageByMessage } from "#lambdas/middleware/message-by-message.ts";

export interface SnapshotDoorPorts extends SnapshotPorts {
  /** Asks for the evaluation of a segment, or for the rest of one that takes longer than one invocation may. */
  readonly start: (run: SnapshotRun) => Promise<void>;
  /** Tells how an evaluation went: finished, or as far as it came. */
  readonly onReport: (report: SnapshotReport, run: SnapshotRun) => void;
  /** Tells that a segment cannot be evaluated: what it refers to is gone. */
  readonly onRefused: (refused: Rejection, messageId: string) => void;
  /** Tells whoever operates this what broke, and with which message of the queue. */
  readonly onTrouble: (error: unknown, messageId: string) => void;
}

/** What is kept back for the page under way when time runs out, and for asking for the rest. */
const RESERVE_MS = MINUTE;

interface Invocation {
  readonly getRemainingTimeInMillis: () => number;
}

/**
 * Makes the evaluations that the snapshot queue asks for, one segment a message. The schedule's own message asks for all
 * that are due: it becomes a message for each, named after the schedule's time, so that it may come twice.
 */
export const snapshotHandler =
  (ports: SnapshotDoorPorts) =>
  (event: SQSEvent, invocation: Invocation): Promise<SQSBatchResponse> => {
    const mayGoOn = (): boolean => invocation.getRemainingTimeInMillis() > RESERVE_MS;
    return messageByMessage(event, ports.onTrouble, (record) => serve(ports, record, mayGoOn));
  };

async function serve(ports: SnapshotDoorPorts, record: SQSRecord, mayGoOn: () => boolean): Promise<void> {
  const asked = readMessage(record);
  if (asked.kind === "all") return startAll(ports, asked.now);
  const { segmentId, runId, now } = asked;
  const run: SnapshotRun = { segmentId, runId, now };
  const report = await snapshotSegment(ports, run, { mayGoOn });
  if (isRejection(report)) return ports.onRefused(report, record.messageId);
  ports.onReport(report, run);
  if (report.kind === "paused") await ports.start(run);
}

async function startAll(ports: SnapshotDoorPorts, scheduled: string): Promise<void> {
  const now = parseTime(scheduled);
  if (now === undefined) throw new Error("the schedule names no time");
  const runId = `at-${scheduled.replace(/[-:.]/g, "").toLowerCase()}`;
  const [segments, states] = [await ports.segments.list(), await ports.states.list()];
  // Whatever was evaluated before this time is due: that is what the schedule is for.
  for (const segmentId of segmentsDue(segments, states, now - 1)) await ports.start({ segmentId, runId, now });
}

function readMessage(record: SQSRecord): SnapshotMessage {
  const message = JSON.parse(record.body) as Readonly<Record<string, unknown>> | null;
  const { v, kind, segmentId, runId, now } = message ?? {};
  const isAll = kind === "all" && typeof now === "string";
  const isOne =
    kind === "one" && typeof segmentId === "string" && typeof runId === "string" && Number.isSafeInteger(now);
  if (v !== 1 || !(isAll || isOne)) throw new Error("a message of the snapshot queue is not of form 1");
  return message as unknown as SnapshotMessage;
}
