import { athenaQuery } from "#adapters/aws/athena-query.ts";
import { dynamodbDefinitions } from "#adapters/aws/dynamodb-definitions.ts";
import { dynamodbProfileStore } from "#adapters/aws/dynamodb-profile-store.ts";
import { firehoseLakeWriter } from "#adapters/aws/firehose-lake-writer.ts";
import { sqsCampaignRuns } from "#adapters/aws/sqs-campaign-runs.ts";
import { sqsMessages } from "#adapters/aws/sqs-messages.ts";
import { athenaDialect } from "#adapters/sql/athena-dialect.ts";
import { segmentSql } from "#adapters/sql/segment-sql.ts";
import { identityRulesIn } from "#contracts/identity-rules-setting.ts";
import { readSettings } from "#contracts/settings.ts";
import type { Campaign } from "#core/campaigns/campaign.ts";
import { nothingSuppressed } from "#core/campaigns/ports.ts";
import { segmentAudience } from "#core/campaigns/segment-audience.flow.ts";
import type { SegmentDefinition } from "#core/segments/segment-definition.ts";
import { countMetric } from "#lambdas/middleware/count-metric.ts";
import { logTrouble } from "#lambdas/middleware/log-trouble.ts";
import { runCampaignHandler } from "./handler.ts";

const settings = readSettings("run_campaign", process.env);
const table = settings.DEFINITIONS_TABLE;
const runs = sqsCampaignRuns({ queueUrl: settings.CAMPAIGN_QUEUE_URL });

export const handler = runCampaignHandler({
  clock: Date.now,
  rules: identityRulesIn(settings),
  campaigns: dynamodbDefinitions<Campaign>({ table, kind: "campaign", now: Date.now }),
  audience: segmentAudience({
    segments: dynamodbDefinitions<SegmentDefinition>({ table, kind: "segment", now: Date.now }),
    lake: athenaQuery({ workgroup: settings.WORKGROUP, database: settings.LAKE_DATABASE }),
    segmentSql: (condition, now) => segmentSql(condition, now, athenaDialect),
  }),
  store: dynamodbProfileStore({ table: settings.PROFILES_TABLE }),
  // SES keeps its own list of addresses that bounced or complained, and refuses them.
  suppressions: nothingSuppressed,
  outbox: sqsMessages({ queueUrl: settings.SEND_QUEUE_URL, table: settings.MESSAGES_TABLE }),
  lake: firehoseLakeWriter({ streams: { message_events: settings.MESSAGE_EVENTS_STREAM } }),
  goOn: (rest) => runs.start(rest),
  onReport: ({ planned }) => countMetric("PlannedMessages", planned),
  // Of an error the log keeps the name only.
  onRefused: ({ code, message }, messageId) => logTrouble(Object.assign(new Error(message), { name: code }), messageId),
  onTrouble: logTrouble,
});
