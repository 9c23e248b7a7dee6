import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { openAnalystProcess } from "#adapters/local/analyst-process.ts";
import { type InboxThread, openInboxThread } from "#adapters/local/inbox-thread.ts";
import { lakeWhenAsked } from "#adapters/local/lake-when-asked.ts";
import { localRates } from "#adapters/local/local-rates.ts";
import { localSources } from "#adapters/local/local-sources.ts";
import { duckdbDialect } from "#adapters/sql/duckdb-dialect.ts";
import { segmentSql } from "#adapters/sql/segment-sql.ts";
import { isApiPath } from "#contracts/http/routes.ts";
import { nothingSuppressed } from "#core/campaigns/ports.ts";
import { segmentAudience } from "#core/campaigns/segment-audience.flow.ts";
import { defaultAdmissionLimits } from "#core/events/admission-limits.ts";
import type { IdentityRules } from "#core/identity/identity-rules.ts";
import { normaliserFor } from "#core/identity/normalise.ts";
import type { AnalystQuery, LakeQuery } from "#core/kernel/ports.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { ResolvedCondition } from "#core/segments/condition.ts";
import type { ApiPorts } from "#lambdas/api/handler.ts";
import { collectHandler } from "#lambdas/collect/handler.ts";
import { apiDoor } from "./api-door.ts";
import { openBehindWatch } from "./behind-watch.ts";
import { answerScript, isScriptPath } from "./browser-script.ts";
import { type CampaignWork, startCampaignWork } from "./campaign-work.ts";
import { type ComputedWork, startComputedWork } from "./computed-work.ts";
import { type Credentials, newSecret, openCredentials } from "./credentials.ts";
import { type DataFolder, openDataFolder } from "./data-folder.ts";
import { freshAnalyst, freshLake } from "./fresh-lake.ts";
import type { Door } from "./http-server.ts";
import { openLocalIdentity } from "./identity/local-identity.ts";
import { rulesOf } from "./identity/rules-file.ts";
import { type ImportJobs, openImportJobs } from "./import/import-jobs.ts";
import { installPlans, type ReadyPlan } from "./installed-plans.ts";
import { DEFAULT_SOURCE, type InstalledSource, installSources } from "./installed-sources.ts";
import { openStores, type Stores } from "./open-stores.ts";
import type { Processing } from "./processing.ts";
import { startProcessingThread } from "./processing-thread.ts";
import { startSegmentWork } from "./segment-work.ts";

/** Everything of one installation on one machine, put together: the composition root. */
export interface Runtime {
  readonly folder: DataFolder;
  readonly credentials: Credentials;
  readonly inbox: InboxThread;
  readonly processing: Processing;
  readonly lake: LakeQuery;
  readonly analyst: AnalystQuery;
  /** Answers every request: events at `collect`, everything under `/api` at the management API. */
  readonly door: Door;
  /** Whether so much waits to be processed, or so little disk is left, that no more events should come in. */
  isBehind(): boolean;
  close(): Promise<void>;
}

export interface RuntimeOptions {
  /** Sources beside the default one. */
  readonly sources?: readonly InstalledSource[];
  /** Plans that come with Tributary and are to be there. */
  readonly plans?: readonly ReadyPlan[];
  /** Hears of what broke: for the log, never with personal data. */
  readonly onFault: (error: unknown, where: string) => void;
}

/**
 * Only one process serves a data folder, and it sends one batch after another: whatever is claimed when a batch begins
 * was claimed by a process that died.
 */
const LEASE_MS = 0;

/** The folder with what is put into it once, and again whenever it has changed. */
async function openInstallation(root: string, options: RuntimeOptions) {
  const folder = openDataFolder(root);
  const sources = [DEFAULT_SOURCE, ...(options.sources ?? [])];
  const credentials = openCredentials(
    folder.credentials,
    sources.map(({ id }) => id),
  );
  const stores = openStores(folder);
  await installPlans(stores.trackingPlans, options.plans ?? []);
  await installSources(stores, sources, credentials);
  return { folder, credentials, stores };
}

export async function openRuntime(root: string, options: RuntimeOptions): Promise<Runtime> {
  const { onFault } = options;
  const { folder, credentials, stores } = await openInstallation(root, options);
  let rules = await rulesOf(folder);
  const inbox = openInboxThread(
    folder.inbox,
    () => processing.wake(),
    (error) => onFault(error, "writing"),
  );
  const behind = openBehindWatch(folder);
  const processing = startProcessingThread(folder, (error) => onFault(error, "processing"));
  const query = lakeWhenAsked(folder.lake);
  const lake = freshLake(query.lake, processing);
  const analysts = openAnalystProcess(folder.lake);
  const analyst = freshAnalyst(analysts.analyst, processing);
  const identity = openLocalIdentity(folder, {
    now: () => rules,
    changed: (next) => {
      rules = next;
      door = doorTo(parts, management);
      processing.useRules();
    },
  });
  const { damaged: damagedFiles } = analysts;
  const others = { stores, identity, rates: localRates(), inbox, lake, analyst, damagedFiles, onFault };
  const parts = goingBy(() => rules, others);
  const imports = openImportJobs({ folder, intake: inbox.intake, processing, rules: () => rules, onFault });
  const { works, ...managed } = workBeside(parts, folder, query.lake);
  const management = { ...managed, imports, token: credentials.token };
  let door = doorTo(parts, management);
  return {
    folder,
    credentials,
    inbox,
    processing,
    lake,
    analyst,
    door: (event) => door(event),
    isBehind: behind.isBehind,
    close: async () => {
      for (const work of [...works, imports, processing]) await work.stop();
      await Promise.all([analysts.close(), query.close()]);
      for (const opened of [identity, stores, behind]) opened.close();
      await inbox.close();
    },
  };
}

/** What the doors and the work behind them share. */
interface Parts {
  /** Asked anew by whatever lasts longer than a change of rules. */
  readonly rules: IdentityRules;
  readonly stores: Stores;
  readonly identity: ApiPorts["identity"];
  readonly rates: ReturnType<typeof localRates>;
  readonly inbox: InboxThread;
  readonly lake: LakeQuery;
  readonly analyst: AnalystQuery;
  readonly damagedFiles: NonNullable<ApiPorts["damagedFiles"]>;
  readonly onFault: RuntimeOptions["onFault"];
}

/** The parts with the rules that hold whenever they are asked for. */
const goingBy = (rules: () => IdentityRules, others: Omit<Parts, "rules">): Parts => ({
  ...others,
  get rules() {
    return rules();
  },
});

const sqlOf = (condition: ResolvedCondition, now: EpochMs): string => segmentSql(condition, now, duckdbDialect);

const computedWorkOn = ({ stores, inbox, lake, onFault }: Parts, asItIs: LakeQuery): ComputedWork =>
  startComputedWork({
    clock: Date.now,
    traits: stores.computedTraits,
    state: stores.computedState,
    store: stores.computed,
    changes: inbox.lake,
    lake: asItIs,
    freshLake: lake,
    onFault,
  });

function campaignWorkOn(parts: Parts): CampaignWork {
  const { stores, inbox, lake, onFault } = parts;
  const { segments, campaigns, runsAsked, profiles, outbox, ledger, channel } = stores;
  return startCampaignWork({
    clock: Date.now,
    get rules() {
      return parts.rules;
    },
    campaigns,
    asked: runsAsked,
    audience: segmentAudience({ segments, lake, segmentSql: sqlOf }),
    store: profiles,
    suppressions: nothingSuppressed,
    outbox,
    ledger,
    channels: { email: channel, sms: channel, push: channel, custom: channel },
    lease: LEASE_MS,
    lake: inbox.lake,
    onFault,
  });
}

/** What goes on beside the answering of requests, and what requests ask of it. `files` is the lake as its files are. */
function workBeside(parts: Parts, folder: DataFolder, files: LakeQuery) {
  const campaigns = campaignWorkOn(parts);
  const segments = startSegmentWork({ ...parts, folder, files, segmentSql: sqlOf });
  const computed = computedWorkOn(parts, files);
  return {
    campaignRuns: campaigns.runs,
    ofSegments: segments.ofSegments,
    computed: computed.api,
    works: [campaigns, segments, computed],
  };
}

/** What lets bad events in after all: the very limits and plans by which events come in. */
const recoveryOn = ({ stores, inbox }: Parts): ApiPorts["recovery"] => ({
  intake: inbox.intake,
  claims: stores.recoveries,
  plans: stores.plans,
  limits: defaultAdmissionLimits,
});

interface Management {
  readonly campaignRuns: CampaignWork["runs"];
  readonly ofSegments: ApiPorts["ofSegments"];
  readonly computed: ApiPorts["computed"];
  readonly imports: ImportJobs;
  readonly token: string;
}

/** The doors, by the rules that hold now. */
function doorTo(parts: Parts, management: Management): Door {
  const sources = localSources(parts.stores.sources);
  return byPath(managementDoor(parts, management, sources.definitions), collectDoor(parts, sources));
}

type Sources = ReturnType<typeof localSources>;

const collectDoor = ({ rules, stores, rates, inbox, onFault }: Parts, sources: Sources): Door =>
  collectHandler({
    intake: inbox.intake,
    sources,
    rates,
    clock: Date.now,
    limits: defaultAdmissionLimits,
    normalise: normaliserFor(rules),
    freshId: () => randomBytes(16).toString("base64url"),
    plans: stores.plans,
    onFault,
  });

function managementDoor(parts: Parts, { token, ...management }: Management, sources: Sources["definitions"]): Door {
  const { rules, stores, identity, inbox, lake, analyst, damagedFiles, onFault } = parts;
  return apiDoor(
    {
      ...management,
      clock: Date.now,
      rules,
      store: stores.profiles,
      assertions: inbox.assertions,
      identity,
      segments: stores.segments,
      memberships: stores.memberships,
      campaigns: stores.campaigns,
      sources,
      trackingPlans: stores.trackingPlans,
      newWriteKey: newSecret,
      recovery: recoveryOn(parts),
      segmentSql: sqlOf,
      lake,
      analyst,
      dialect: "duckdb",
      damagedFiles,
      pause: (ms) => sleep(ms),
      onTrouble: onFault,
    },
    token,
  );
}

/** Events go to the function that collects them, the browser's script is a file, the rest is the management API's. */
function byPath(api: Door, collect: Door): Door {
  return async (event) => {
    if (isScriptPath(event.rawPath)) return answerScript(event);
    return isApiPath(event.rawPath) ? api(event) : collect(event);
  };
}
