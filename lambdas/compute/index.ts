import { athenaQuery } from "#adapters/aws/athena-query.ts";
import { dynamodbComputedStore } from "#adapters/aws/dynamodb-computed-store.ts";
import { dynamodbDefinitions } from "#adapters/aws/dynamodb-definitions.ts";
import { firehoseLakeWriter } from "#adapters/aws/firehose-lake-writer.ts";
import { sqsComputedRefresh } from "#adapters/aws/sqs-computed-refresh.ts";
import { athenaDialect } from "#adapters/sql/athena-dialect.ts";
import { computedLake } from "#adapters/sql/computed-lake.ts";
import { readSettings } from "#contracts/settings.ts";
import type { ComputedTrait } from "#core/computed/computed-trait.ts";
import type { RefreshState } from "#core/computed/refresh-state.ts";
import { MINUTE } from "#core/kernel/time.ts";
import { countMetric } from "#lambdas/middleware/count-metric.ts";
import { logTrouble } from "#lambdas/middleware/log-trouble.ts";
import { computeHandler } from "./handler.ts";

const settings = readSettings("compute", process.env);
const table = settings.DEFINITIONS_TABLE;

export const handler = computeHandler({
  clock: Date.now,
  traits: dynamodbDefinitions<ComputedTrait>({ table, kind: "computed_trait", now: Date.now }),
  state: dynamodbDefinitions<RefreshState>({ table, kind: "computed_refresh", now: Date.now }),
  measured: computedLake(
    // Nearly four minutes a query, which is within what is kept back for the page under way.
    athenaQuery({ workgroup: settings.WORKGROUP, database: settings.LAKE_DATABASE }),
    athenaDialect,
  ),
  store: dynamodbComputedStore({ table: settings.COMPUTED_TABLE }),
  lake: firehoseLakeWriter({ streams: { computed_changes: settings.COMPUTED_CHANGES_STREAM } }),
  // Firehose's longest buffer is 15 minutes.
  usualDelay: 20 * MINUTE,
  goOn: sqsComputedRefresh({ queueUrl: settings.COMPUTE_QUEUE_URL }),
  onReport: ({ changed }) => countMetric("ComputedChanges", changed),
  // Of an error the log keeps the name only.
  onRefused: ({ code, message }, messageId) => logTrouble(Object.assign(new Error(message), { name: code }), messageId),
  onTrouble: logTrouble,
});
