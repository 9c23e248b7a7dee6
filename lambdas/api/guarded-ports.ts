import { faultsOf } from "#lambdas/middleware/fault.ts";
import type { ApiPorts } from "./ports.ts";

/** The ports with their failures marked as the world's: see `faultsOf`. */
export const guardedPorts = (ports: ApiPorts): ApiPorts => ({
  ...ports,
  store: faultsOf("store", ports.store),
  assertions: faultsOf("assertions", ports.assertions),
  identity: {
    ...faultsOf("identity", ports.identity),
    before: ports.identity.before,
    pages: faultsOf("identity.pages", ports.identity.pages),
  },
  segments: faultsOf("segments", ports.segments),
  memberships: faultsOf("memberships", ports.memberships),
  ofSegments: {
    versions: faultsOf("segmentVersions", ports.ofSegments.versions),
    states: faultsOf("segmentStates", ports.ofSegments.states),
    runs: faultsOf("segmentRuns", ports.ofSegments.runs),
    lists: faultsOf("lists", ports.ofSegments.lists),
    listRows: faultsOf("listRows", ports.ofSegments.listRows),
    listKeys: faultsOf("listKeys", ports.ofSegments.listKeys),
    ...(ports.ofSegments.listMoved && { listMoved: ports.ofSegments.listMoved }),
    ...(ports.ofSegments.columnBytes && { columnBytes: ports.ofSegments.columnBytes }),
  },
  computed: {
    ...faultsOf("computed", ports.computed),
    traits: faultsOf("computed.traits", ports.computed.traits),
    store: faultsOf("computed.store", ports.computed.store),
  },
  campaigns: faultsOf("campaigns", ports.campaigns),
  campaignRuns: faultsOf("campaignRuns", ports.campaignRuns),
  sources: faultsOf("sources", ports.sources),
  trackingPlans: faultsOf("trackingPlans", ports.trackingPlans),
  recovery: {
    ...ports.recovery,
    intake: faultsOf("intake", ports.recovery.intake),
    claims: faultsOf("claims", ports.recovery.claims),
    plans: faultsOf("plans", ports.recovery.plans),
  },
  lake: faultsOf("lake", ports.lake),
  analyst: faultsOf("analyst", ports.analyst),
  imports: faultsOf("imports", ports.imports),
});
