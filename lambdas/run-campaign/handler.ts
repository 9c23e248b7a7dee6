import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type { CampaignRunMessage } from "#contracts/bus.ts";
import {
  type RunCampaignPorts,
  type RunReport,
  type RunRequest,
  runCampaign,
} from "#core/campaigns/run-campaign.flow.ts";
import { isRejection, type Rejection } from "#core/kernel/rejection.ts";
import { MINUTE } from "#core/kernel/time.ts";
import { messageByMessage } from "#lambdas/middleware/message-by-message.ts";

export interface RunCampaignDoorPorts extends RunCampaignPorts {
  /** Asks for the rest of a run that takes longer than one invocation may. */
  readonly goOn: (rest: RunRequest) => Promise<void>;
  /** Tells how a run went: finished, or as far as it came. */
  readonly onReport: (report: RunReport, request: RunRequest) => void;
  /** Tells that a run cannot be made, now or later: its campaign or segment is gone. */
  readonly onRefused: (refused: Rejection, messageId: string) => void;
  /** Tells whoever operates this what broke, and with which message of the queue. */
  readonly onTrouble: (error: unknown, messageId: string) => void;
}

/** What is kept back for the batch under way when time runs out, and for asking for the rest. */
const RESERVE_MS = MINUTE;

interface Invocation {
  readonly getRemainingTimeInMillis: () => number;
}

/** Makes the campaign runs that the campaign queue asks for. A run that fails is delivered again, and taken up again. */
export const runCampaignHandler =
  (ports: RunCampaignDoorPorts) =>
  (event: SQSEvent, invocation: Invocation): Promise<SQSBatchResponse> => {
    const mayGoOn = (): boolean => invocation.getRemainingTimeInMillis() > RESERVE_MS;
    return messageByMessage(event, ports.onTrouble, (record) => runOne(ports, record, mayGoOn));
  };

async function runOne(ports: RunCampaignDoorPorts, record: SQSRecord, mayGoOn: () => boolean): Promise<void> {
  const { campaignId, runId, now, after } = readMessage(record);
  const request: RunRequest = { campaignId, runId, now, after };
  const report = await runCampaign(ports, request, { mayGoOn });
  if (isRejection(report)) return ports.onRefused(report, record.messageId);
  ports.onReport(report, request);
  if (report.kind === "paused") await ports.goOn({ ...request, after: report.after });
}

function readMessage(record: SQSRecord): CampaignRunMessage {
  const message = JSON.parse(record.body) as Partial<CampaignRunMessage> | null;
  const { v, campaignId, runId, now } = message ?? {};
  if (v !== 1 || typeof campaignId !== "string" || typeof runId !== "string" || !Number.isSafeInteger(now)) {
    throw new Error("a message of the campaign queue is not of form 1");
  }
  return message as CampaignRunMessage;
}
