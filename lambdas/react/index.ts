import { fromItem, keyIn } from "#adapters/aws/component-item.ts";
import { computedMoveIn, isComputedItem } from "#adapters/aws/computed-item.ts";
import { dynamodbComponentPages } from "#adapters/aws/dynamodb-component-pages.ts";
import { dynamodbComputedStore } from "#adapters/aws/dynamodb-computed-store.ts";
import { dynamodbDefinitions } from "#adapters/aws/dynamodb-definitions.ts";
import { dynamodbListKeys } from "#adapters/aws/dynamodb-list-keys.ts";
import { dynamodbMembershipStore } from "#adapters/aws/dynamodb-membership-store.ts";
import { dynamodbProfileStore } from "#adapters/aws/dynamodb-profile-store.ts";
import { firehoseLakeWriter } from "#adapters/aws/firehose-lake-writer.ts";
import { isMembershipItem, segmentRowsIn } from "#adapters/aws/membership-item.ts";
import { identityRulesIn } from "#contracts/identity-rules-setting.ts";
import { readSettings } from "#contracts/settings.ts";
import type { ListDefinition } from "#core/segments/list-definition.ts";
import { besideProfiles } from "#core/segments/realtime/beside-profiles.flow.ts";
import { listLookup } from "#core/segments/realtime/list-lookup.flow.ts";
import { segmentSetIn } from "#core/segments/realtime/segment-set-in.flow.ts";
import type { SweepState } from "#core/segments/realtime/sweep.flow.ts";
import type { ListSweep } from "#core/segments/realtime/sweep-lists.flow.ts";
import type { SegmentDefinition } from "#core/segments/segment-definition.ts";
import { countMetric } from "#lambdas/middleware/count-metric.ts";
import { logTrouble } from "#lambdas/middleware/log-trouble.ts";
import { reactHandler, SEGMENTS_FRESH_MS } from "./handler.ts";

const settings = readSettings("react", process.env);
const profilesTable = settings.PROFILES_TABLE;
const ofKind = <T>(kind: string) => dynamodbDefinitions<T>({ table: settings.DEFINITIONS_TABLE, kind, now: Date.now });
const definitions = ofKind<SegmentDefinition>("segment");
const lists = ofKind<ListDefinition>("list");
const listKeys = dynamodbListKeys({ table: settings.LIST_KEYS_TABLE });
const lookup = listLookup({ lists, listKeys });

export const handler = reactHandler({
  store: dynamodbProfileStore({ table: profilesTable }),
  memberships: dynamodbMembershipStore({ table: settings.MEMBERSHIPS_TABLE, profilesTable }),
  beside: besideProfiles({ computed: dynamodbComputedStore({ table: settings.COMPUTED_TABLE }), lists: lookup }),
  lists,
  listKeys,
  listLookup: lookup,
  listSweeps: ofKind<ListSweep>("list_sweep"),
  pages: dynamodbComponentPages({ table: profilesTable }),
  definitions,
  sweeps: ofKind<SweepState>("segment_sweep"),
  lake: firehoseLakeWriter({ streams: { segment_changes: settings.SEGMENT_CHANGES_STREAM } }),
  clock: Date.now,
  rules: identityRulesIn(settings),
  segments: segmentSetIn(definitions, Date.now, SEGMENTS_FRESH_MS),
  decode: fromItem,
  keyIn,
  segmentRows: (image) => (isMembershipItem(image) ? segmentRowsIn(image) : undefined),
  computedMove: (before, after) => (isComputedItem(after ?? before ?? {}) ? computedMoveIn(before, after) : undefined),
  onTurns: (turns) => countMetric("SegmentTurns", turns),
  onTrouble: logTrouble,
});
