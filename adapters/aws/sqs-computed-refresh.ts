import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { ComputeMessage } from "#contracts/bus.ts";
import { sqsClient } from "./sqs-resolve-queue.ts";

export interface SqsComputedRefreshOptions {
  readonly queueUrl: string;
  readonly client?: SQSClient;
}

/** Asks on the compute queue for a refresh of computed traits: once it has answered, the refresh is made at least once. */
export const sqsComputedRefresh =
  ({ queueUrl, client = sqsClient() }: SqsComputedRefreshOptions) =>
  async ({ full }: { readonly full: boolean }): Promise<{ readonly kind: "started" }> => {
    const message: ComputeMessage = { v: 1, full };
    await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(message) }));
    return { kind: "started" };
  };
