import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { SnapshotMessage } from "#contracts/bus.ts";
import type { SnapshotRun } from "#core/segments/snapshot-state.ts";
import { sqsClient } from "./sqs-resolve-queue.ts";

export interface SqsSnapshotRuns {
  /** Resolves once it is durable that the segment is to be evaluated, or gone on with: it is then at least once. */
  start(run: SnapshotRun): Promise<void>;
}

/** Asks for evaluations of segments on the snapshot queue. */
export function sqsSnapshotRuns(options: { readonly queueUrl: string; readonly client?: SQSClient }): SqsSnapshotRuns {
  const { queueUrl, client = sqsClient() } = options;
  return {
    start: async ({ segmentId, runId, now }) => {
      const message: SnapshotMessage = { v: 1, kind: "one", segmentId, runId, now };
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(message) }));
    },
  };
}
