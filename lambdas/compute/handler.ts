import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type { ComputeMessage } from "#contracts/bus.ts";
import { type RefreshPorts, type RefreshReport, refreshComputed } from "#core/computed/refresh-computed.flow.ts";
import { isRejection, type Rejection } from "#core/kernel/rejection.ts";
import { MINUTE } from "#core/kernel/time.ts";
import { messageByMessage } from "#lambdas/middleware/message-by-message.ts";

export interface ComputeDoorPorts extends RefreshPorts {
  /** Asks for the rest of a refresh that takes longer than one invocation may. */
  readonly goOn: (rest: { readonly full: boolean }) => Promise<unknown>;
  /** Tells how a refresh went: finished, or as far as it came. */
  readonly onReport: (report: RefreshReport) => void;
  /** Tells that another refresh was under way, which does what this one would have done. */
  readonly onRefused: (refused: Rejection, messageId: string) => void;
  /** Tells whoever operates this what broke, and with which message of the queue. */
  readonly onTrouble: (error: unknown, messageId: string) => void;
}

/** What is kept back for the page under way when time runs out, and for asking for the rest. */
const RESERVE_MS = 5 * MINUTE;

interface Invocation {
  readonly getRemainingTimeInMillis: () => number;
}

/** Makes the refreshes that the compute queue asks for. One that fails is delivered again, and taken up where it was. */
export const computeHandler =
  (ports: ComputeDoorPorts) =>
  (event: SQSEvent, invocation: Invocation): Promise<SQSBatchResponse> => {
    const mayGoOn = (): boolean => invocation.getRemainingTimeInMillis() > RESERVE_MS;
    return messageByMessage(event, ports.onTrouble, (record) => serve(ports, record, mayGoOn));
  };

async function serve(ports: ComputeDoorPorts, record: SQSRecord, mayGoOn: () => boolean): Promise<void> {
  const { full } = readMessage(record);
  const report = await refreshComputed(ports, { full, mayGoOn });
  if (isRejection(report)) return ports.onRefused(report, record.messageId);
  ports.onReport(report);
  // What is left open is gone on with, whatever asked for it: it is not to be begun anew.
  if (report.kind === "paused") await ports.goOn({ full: false });
}

function readMessage({ body }: SQSRecord): ComputeMessage {
  const message = JSON.parse(body) as Partial<ComputeMessage> | null;
  if (message?.v !== 1 || typeof message.full !== "boolean") {
    throw new Error("a message of the compute queue is not of form 1");
  }
  return message as ComputeMessage;
}
