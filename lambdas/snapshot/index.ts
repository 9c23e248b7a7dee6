import { athenaSnapshots } from "#adapters/aws/athena-snapshots.ts";
import { dynamodbDefinitions } from "#adapters/aws/dynamodb-definitions.ts";
import { dynamodbMembershipStore } from "#adapters/aws/dynamodb-membership-store.ts";
import { sqsSnapshotRuns } from "#adapters/aws/sqs-snapshot-runs.ts";
import { athenaDialect } from "#adapters/sql/athena-dialect.ts";
import { segmentSql } from "#adapters/sql/segment-sql.ts";
import { readSettings } from "#contracts/settings.ts";
import { MINUTE } from "#core/kernel/time.ts";
import type { SegmentDefinition } from "#core/segments/segment-definition.ts";
import type { SnapshotState } from "#core/segments/snapshot-state.ts";
import { tellMembers } from "#core/segments/tell-members.flow.ts";
import { countMetric } from "#lambdas/middleware/count-metric.ts";
import { logTrouble } from "#lambdas/middleware/log-trouble.ts";
import { snapshotHandler } from "./handler.ts";

/** Firehose gathers rows for up to 15 minutes before it writes them. */
const LAKE_LAG_MS = 16 * MINUTE;

const settings = readSettings("snapshot", process.env);
const table = settings.DEFINITIONS_TABLE;
const runs = sqsSnapshotRuns({ queueUrl: settings.SNAPSHOT_QUEUE_URL });
const memberships = dynamodbMembershipStore({ table: settings.MEMBERSHIPS_TABLE });

export const handler = snapshotHandler({
  segments: dynamodbDefinitions<SegmentDefinition>({ table, kind: "segment", now: Date.now }),
  states: dynamodbDefinitions<SnapshotState>({ table, kind: "segment_snapshot", now: Date.now }),
  store: athenaSnapshots({
    workgroup: settings.WORKGROUP,
    database: settings.LAKE_DATABASE,
    bucket: settings.SNAPSHOTS_BUCKET,
    // Some ten minutes: a query that takes longer is stopped while there is still time to say so.
    maxLooks: 300,
  }),
  segmentSql: (condition, now) => segmentSql(condition, now, athenaDialect),
  tell: tellMembers(memberships, { lagMs: LAKE_LAG_MS }),
  start: (run) => runs.start(run),
  onReport: ({ entered, left }) => countMetric("SegmentChanges", entered + left),
  // Of an error the log keeps the name only.
  onRefused: ({ code, message }, messageId) => logTrouble(Object.assign(new Error(message), { name: code }), messageId),
  onTrouble: logTrouble,
});
