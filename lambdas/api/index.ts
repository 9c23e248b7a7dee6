import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { athenaAnalystQuery, athenaQuery } from "#adapters/aws/athena-query.ts";
import { dynamodbComponentPages } from "#adapters/aws/dynamodb-component-pages.ts";
import { dynamodbComputedStore } from "#adapters/aws/dynamodb-computed-store.ts";
import { dynamodbDefinitions } from "#adapters/aws/dynamodb-definitions.ts";
import { dynamodbListKeys } from "#adapters/aws/dynamodb-list-keys.ts";
import { dynamodbMembershipStore } from "#adapters/aws/dynamodb-membership-store.ts";
import { dynamodbProfileStore } from "#adapters/aws/dynamodb-profile-store.ts";
import { dynamodbSourceDefinitions } from "#adapters/aws/dynamodb-source-definitions.ts";
import { firehoseLakeWriter } from "#adapters/aws/firehose-lake-writer.ts";
import { awsIntake } from "#adapters/aws/intake.ts";
import { sqsAssertions } from "#adapters/aws/sqs-assertions.ts";
import { sqsCampaignRuns } from "#adapters/aws/sqs-campaign-runs.ts";
import { sqsComputedRefresh } from "#adapters/aws/sqs-computed-refresh.ts";
import { sqsLookAgain } from "#adapters/aws/sqs-look-again.ts";
import { sqsSnapshotRuns } from "#adapters/aws/sqs-snapshot-runs.ts";
import { athenaDialect } from "#adapters/sql/athena-dialect.ts";
import { computedSample } from "#adapters/sql/computed-sample.ts";
import { segmentSql } from "#adapters/sql/segment-sql.ts";
import { identityRulesBeforeIn, identityRulesIn } from "#contracts/identity-rules-setting.ts";
import { readSettings } from "#contracts/settings.ts";
import type { Campaign } from "#core/campaigns/campaign.ts";
import type { ComputedTrait } from "#core/computed/computed-trait.ts";
import { defaultAdmissionLimits } from "#core/events/admission-limits.ts";
import type { RecoveryClaim } from "#core/events/recovery/ports.ts";
import { plansIn } from "#core/plans/plans-in.flow.ts";
import type { TrackingPlan } from "#core/plans/tracking-plan.ts";
import type { ListDefinition } from "#core/segments/list-definition.ts";
import type { SegmentDefinition } from "#core/segments/segment-definition.ts";
import type { SnapshotState } from "#core/segments/snapshot-state.ts";
import { logTrouble } from "#lambdas/middleware/log-trouble.ts";
import { deployedIdentity } from "./deployed-identity.ts";
import { apiHandler } from "./handler.ts";
import { noImports } from "./no-imports.ts";

const settings = readSettings("api", process.env);
const table = settings.DEFINITIONS_TABLE;
// Some 20 seconds: a query that takes longer is stopped while there is still time to say so.
const athena = { workgroup: settings.WORKGROUP, database: settings.LAKE_DATABASE, maxLooks: 15 };

const trackingPlans = dynamodbDefinitions<TrackingPlan>({ table, kind: "tracking_plan", now: Date.now });

const lake = athenaQuery(athena);

export const handler = apiHandler({
  clock: Date.now,
  rules: identityRulesIn(settings),
  store: dynamodbProfileStore({ table: settings.PROFILES_TABLE }),
  memberships: dynamodbMembershipStore({ table: settings.MEMBERSHIPS_TABLE }),
  identity: deployedIdentity(
    dynamodbComponentPages({ table: settings.PROFILES_TABLE }),
    identityRulesBeforeIn(settings),
  ),
  assertions: sqsAssertions({ queueUrl: settings.RESOLVE_QUEUE_URL }),
  segments: dynamodbDefinitions<SegmentDefinition>({ table, kind: "segment", now: Date.now }),
  ofSegments: {
    versions: dynamodbDefinitions<SegmentDefinition>({ table, kind: "segment_version", now: Date.now }),
    states: dynamodbDefinitions<SnapshotState>({ table, kind: "segment_snapshot", now: Date.now }),
    runs: sqsSnapshotRuns({ queueUrl: settings.SNAPSHOT_QUEUE_URL }),
    lists: dynamodbDefinitions<ListDefinition>({ table, kind: "list", now: Date.now }),
    listRows: firehoseLakeWriter({ streams: { list_members: settings.LIST_MEMBERS_STREAM } }),
    listKeys: dynamodbListKeys({ table: settings.LIST_KEYS_TABLE }),
    listMoved: sqsLookAgain({ queueUrl: settings.REACT_QUEUE_URL }),
  },
  computed: {
    traits: dynamodbDefinitions<ComputedTrait>({ table, kind: "computed_trait", now: Date.now }),
    store: dynamodbComputedStore({ table: settings.COMPUTED_TABLE }),
    refresh: sqsComputedRefresh({ queueUrl: settings.COMPUTE_QUEUE_URL }),
    sample: (trait, now, size) => computedSample(lake, athenaDialect, { trait, now, size }),
  },
  campaigns: dynamodbDefinitions<Campaign>({ table, kind: "campaign", now: Date.now }),
  campaignRuns: sqsCampaignRuns({ queueUrl: settings.CAMPAIGN_QUEUE_URL }),
  sources: dynamodbSourceDefinitions({ table, keysTable: settings.SOURCES_TABLE, now: Date.now }),
  trackingPlans,
  newWriteKey: () => randomBytes(24).toString("base64url"),
  recovery: {
    intake: awsIntake({
      queueUrl: settings.RESOLVE_QUEUE_URL,
      eventsLogStream: settings.EVENTS_LOG_STREAM,
      badEventsStream: settings.BAD_EVENTS_STREAM,
    }),
    claims: dynamodbDefinitions<RecoveryClaim>({ table, kind: "recovery", now: Date.now }),
    plans: plansIn(trackingPlans, Date.now),
    limits: defaultAdmissionLimits,
  },
  segmentSql: (condition, now) => segmentSql(condition, now, athenaDialect),
  lake,
  analyst: athenaAnalystQuery(athena),
  dialect: "athena",
  imports: noImports,
  pause: (ms) => sleep(ms),
  onTrouble: logTrouble,
});
