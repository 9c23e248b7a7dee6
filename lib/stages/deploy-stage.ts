import type { App } from "aws-cdk-lib";
import { ApiStack } from "#lib/stacks/api-stack.ts";
import { CampaignsStack } from "#lib/stacks/campaigns-stack.ts";
import { CollectStack } from "#lib/stacks/collect-stack.ts";
import { CollectionDomainStack } from "#lib/stacks/collection-domain-stack.ts";
import { CompactionStack } from "#lib/stacks/compaction-stack.ts";
import { ComputedStack } from "#lib/stacks/computed-stack.ts";
import { LakeStack } from "#lib/stacks/lake-stack.ts";
import { ProfilesStack } from "#lib/stacks/profiles-stack.ts";
import { ReactStack } from "#lib/stacks/react-stack.ts";
import { SegmentsStack } from "#lib/stacks/segments-stack.ts";
import { SnapshotsStack } from "#lib/stacks/snapshots-stack.ts";
import type { StageStack } from "#lib/stacks/stage-stack.ts";
import { StoresStack } from "#lib/stacks/stores-stack.ts";
import { WatchStack } from "#lib/stacks/watch-stack.ts";
import type { Stage } from "./stage.ts";

/**
 * All stacks of a stage. What keeps data (`lake`, `stores`) stands apart from what only works on it, so that any of the
 * others can be torn down and made again without touching a row.
 */
export function deployStage(app: App, stage: Stage): readonly StageStack[] {
  const watch = new WatchStack(app, stage);
  const { alarms } = watch;
  const stores = new StoresStack(app, stage);
  const lake = new LakeStack(app, stage, alarms);
  const segments = new SegmentsStack(app, stage);
  const profiles = new ProfilesStack(app, { stage, alarms, lake, stores });
  const react = new ReactStack(app, { stage, alarms, lake, stores });
  const collect = new CollectStack(app, { stage, alarms, lake, stores, profiles });
  const campaigns = new CampaignsStack(app, { stage, alarms, lake, stores, segments });
  const computed = new ComputedStack(app, { stage, alarms, lake, stores, segments });
  const compaction = new CompactionStack(app, { stage, alarms, lake, segments });
  const snapshots = new SnapshotsStack(app, { stage, alarms, lake, stores, segments });
  const others = { profiles, react, segments, snapshots, computed, campaigns, collect };
  const api = new ApiStack(app, { stage, alarms, lake, stores, ...others });
  const domain = stage.collectionDomain;
  const front = domain === undefined ? [] : [new CollectionDomainStack(app, { stage, domain, collect })];
  const works = [segments, profiles, react, collect, campaigns, snapshots, computed, compaction, api];
  return [watch, stores, lake, ...works, ...front];
}
