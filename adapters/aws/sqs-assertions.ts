import type { SQSClient } from "@aws-sdk/client-sqs";
import type { Assertions } from "#core/profiles/ports.ts";
import { sendEvidence, sqsClient } from "./sqs-resolve-queue.ts";

/** Puts people's decisions on the resolve queue, beside the events. */
export const sqsAssertions = (options: { readonly queueUrl: string; readonly client?: SQSClient }): Assertions => {
  const { queueUrl, client = sqsClient() } = options;
  return { append: (assertions) => sendEvidence(client, queueUrl, { events: [], assertions }) };
};
