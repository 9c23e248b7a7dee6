import { openDatabase } from "#adapters/local/database.ts";
import { localOutbox } from "#adapters/local/outbox.ts";
import { localChannel } from "#adapters/local/outbox-channel.ts";
import { localMessageLedger } from "#adapters/local/outbox-ledger.ts";
import { openProgressStore, PROGRESS_SCHEMA } from "#adapters/local/progress-store.ts";
import { COMPUTED_SCHEMA, sqliteComputedStore } from "#adapters/local/sqlite-computed-store.ts";
import { DEFINITIONS_SCHEMA, sqliteDefinitions } from "#adapters/local/sqlite-definitions.ts";
import { LIST_KEYS_SCHEMA, sqliteListKeys } from "#adapters/local/sqlite-list-keys.ts";
import { MEMBERSHIPS_SCHEMA, sqliteMembershipStore } from "#adapters/local/sqlite-membership-store.ts";
import { PROFILES_SCHEMA, sqliteProfileStore } from "#adapters/local/sqlite-profile-store.ts";
import type { Campaign } from "#core/campaigns/campaign.ts";
import type { ComputedTrait } from "#core/computed/computed-trait.ts";
import type { RefreshState } from "#core/computed/refresh-state.ts";
import type { RecoveryClaim } from "#core/events/recovery/ports.ts";
import type { Source } from "#core/events/source.ts";
import { plansIn } from "#core/plans/plans-in.flow.ts";
import type { TrackingPlan } from "#core/plans/tracking-plan.ts";
import type { ListDefinition } from "#core/segments/list-definition.ts";
import type { SegmentDefinition } from "#core/segments/segment-definition.ts";
import type { SnapshotRun, SnapshotState } from "#core/segments/snapshot-state.ts";
import type { RunAsked } from "./campaign-work.ts";
import type { DataFolder } from "./data-folder.ts";
import type { Installed } from "./installed-sources.ts";
import { keepSegmentRows } from "./keep-segment-rows.ts";

/** How long a change of a tracking plan may go unnoticed: on one machine looking it up costs nearly nothing. */
const PLANS_FRESH_MS = 1_000;

export type Stores = ReturnType<typeof openStores>;

/** What is kept in SQLite beside the inbox. */
export function openStores(folder: DataFolder) {
  const definitions = openDatabase(folder.definitions, DEFINITIONS_SCHEMA + LIST_KEYS_SCHEMA);
  const profiles = openDatabase(folder.profiles, PROFILES_SCHEMA + MEMBERSHIPS_SCHEMA + PROGRESS_SCHEMA);
  const outbox = openDatabase(folder.outbox, "");
  const computed = openDatabase(folder.computed, COMPUTED_SCHEMA);
  const trackingPlans = sqliteDefinitions<TrackingPlan>(definitions, "tracking_plan", Date.now);
  return {
    sources: sqliteDefinitions<Source>(definitions, "source", Date.now),
    /** Which write key each source was installed with: see `installSources`. */
    installed: sqliteDefinitions<Installed>(definitions, "installed_source", Date.now),
    trackingPlans,
    plans: plansIn(trackingPlans, Date.now, PLANS_FRESH_MS),
    segments: sqliteDefinitions<SegmentDefinition>(definitions, "segment", Date.now),
    segmentVersions: sqliteDefinitions<SegmentDefinition>(definitions, "segment_version", Date.now),
    segmentStates: sqliteDefinitions<SnapshotState>(definitions, "segment_snapshot", Date.now),
    segmentRuns: sqliteDefinitions<SnapshotRun>(definitions, "segment_run", Date.now),
    lists: sqliteDefinitions<ListDefinition>(definitions, "list", Date.now),
    listKeys: sqliteListKeys(definitions),
    computedTraits: sqliteDefinitions<ComputedTrait>(definitions, "computed_trait", Date.now),
    computedState: sqliteDefinitions<RefreshState>(definitions, "computed_refresh", Date.now),
    computed: sqliteComputedStore(computed),
    campaigns: sqliteDefinitions<Campaign>(definitions, "campaign", Date.now),
    recoveries: sqliteDefinitions<RecoveryClaim>(definitions, "recovery", Date.now),
    runsAsked: sqliteDefinitions<RunAsked>(definitions, "campaign_run", Date.now),
    profiles: sqliteProfileStore(profiles),
    memberships: sqliteMembershipStore(profiles, keepSegmentRows(openProgressStore(profiles))),
    outbox: localOutbox(outbox),
    ledger: localMessageLedger(outbox),
    channel: localChannel(outbox, Date.now),
    close: () => {
      for (const database of [definitions, profiles, outbox, computed]) database.close();
    },
  };
}
