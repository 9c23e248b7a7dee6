import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { CampaignRunMessage } from "#contracts/bus.ts";
import type { RunRequest } from "#core/campaigns/run-campaign.flow.ts";
import { sqsClient } from "./sqs-resolve-queue.ts";

export interface SqsCampaignRuns {
  /** Resolves once it is durable that the run is to be made, or gone on with: it is then made at least once. */
  start(request: RunRequest): Promise<void>;
}

/** Asks for campaign runs on the campaign queue. */
export function sqsCampaignRuns(options: { readonly queueUrl: string; readonly client?: SQSClient }): SqsCampaignRuns {
  const { queueUrl, client = sqsClient() } = options;
  return {
    start: async ({ campaignId, runId, now, after }) => {
      const message: CampaignRunMessage = { v: 1, campaignId, runId, now, ...(after === undefined ? {} : { after }) };
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(message) }));
    },
  };
}
