import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { SETTLED_IN_S3, type SettledInS3 } from "#contracts/lake-settling.ts";
import { messageByMessage } from "#lambdas/middleware/message-by-message.ts";
import { type Settled, type SettlePorts, settleTable } from "./settle-table.ts";

export interface CompactPorts extends SettlePorts {
  /** Tells of each call, in numbers. */
  readonly onReport: (report: CompactReport) => void;
  readonly onTrouble: (error: unknown, messageId: string) => void;
}

export interface CompactReport extends Settled {
  readonly table: SettledInS3;
}

/** Settles what ripened in the table that a message names, as `{"v":1,"table":"identity_changes"}`. */
export const compactHandler =
  (ports: CompactPorts) =>
  (event: SQSEvent, { awsRequestId }: Pick<Context, "awsRequestId">): Promise<SQSBatchResponse> =>
    messageByMessage(event, ports.onTrouble, async ({ messageId, body }) => {
      const table = tableIn(body);
      const attempt = `${awsRequestId}-${messageId}`;
      ports.onReport({ table, ...(await settleTable(ports, { table, attempt })) });
    });

function tableIn(body: string): SettledInS3 {
  const { table = "events_log" } = JSON.parse(body) as { readonly table?: unknown };
  const known = SETTLED_IN_S3.find((name) => name === table);
  if (known === undefined) throw new Error(`${String(table)} is not settled; these are: ${SETTLED_IN_S3.join(", ")}`);
  return known;
}
