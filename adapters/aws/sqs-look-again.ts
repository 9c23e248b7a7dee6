import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { LookMessage } from "#contracts/bus.ts";
import { sqsClient } from "./sqs-resolve-queue.ts";

export interface SqsLookAgainOptions {
  readonly queueUrl: string;
  readonly client?: SQSClient;
}

/** Asks whoever keeps segments to look now at what the schedule has them look at each minute. */
export const sqsLookAgain =
  ({ queueUrl, client = sqsClient() }: SqsLookAgainOptions) =>
  async (): Promise<void> => {
    const message: LookMessage = { v: 1 };
    await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(message) }));
  };
