import { setTimeout as sleep } from "node:timers/promises";
import { openDatabase } from "#adapters/local/database.ts";
import { type Inbox, openInbox } from "#adapters/local/inbox.ts";
import { openLakeQuery } from "#adapters/local/lake-query.ts";
import { localSources } from "#adapters/local/local-sources.ts";
import { localOutbox } from "#adapters/local/outbox.ts";
import { localChannel } from "#adapters/local/outbox-channel.ts";
import { localMessageLedger } from "#adapters/local/outbox-ledger.ts";
import { DEFINITIONS_SCHEMA, sqliteDefinitions } from "#adapters/local/sqlite-definitions.ts";
import { PROFILES_SCHEMA, sqliteProfileStore } from "#adapters/local/sqlite-profile-store.ts";
import { duckdbDialect } from "#adapters/sql/duckdb-dialect.ts";
import { segmentSql } from "#adapters/sql/segment-sql.ts";
import type { Campaign } from "#core/campaigns/campaign.ts";
import { nothingSuppressed } from "#core/campaigns/ports.ts";
import { segmentAudience } from "#core/campaigns/segment-audience.flow.ts";
import { defaultAdmissionLimits } from "#core/events/admission-limits.ts";
import type { Source } from "#core/events/source.ts";
import { defaultIdentityRules, type IdentityRules } from "#core/identity/identity-rules.ts";
import { normaliserFor } from "#core/identity/normalise.ts";
import type { AnalystQuery, LakeQuery } from "#core/kernel/ports.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { ResolvedCondition } from "#core/segments/condition.ts";
import type { SegmentDefinition } from "#core/segments/segment-definition.ts";
import { collectHandler } from "#lambdas/collect/handler.ts";
import { apiDoor } from "./api-door.ts";
import { type RunAsked, startCampaignWork } from "./campaign-work.ts";
import { type Credentials, openCredentials } from "./credentials.ts";
import { type DataFolder, openDataFolder } from "./data-folder.ts";
import { freshLake } from "./fresh-lake.ts";
import type { Door } from "./http-server.ts";
import { openImportJobs } from "./import/import-jobs.ts";
import { DEFAULT_SOURCE, type InstalledSource, installSources } from "./installed-sources.ts";
import type { Processing } from "./processing.ts";
import { startProcessingThread } from "./processing-thread.ts";

/** Everything of one installation on one machine, put together: the composition root. */
export interface Runtime {
  readonly folder: DataFolder;
  readonly credentials: Credentials;
  readonly rules: IdentityRules;
  readonly inbox: Inbox;
  readonly processing: Processing;
  readonly lake: LakeQuery;
  readonly analyst: AnalystQuery;
  /** Answers every request: events at `collect`, everything under `/api` at the management API. */
  readonly door: Door;
  close(): Promise<void>;
}

export interface RuntimeOptions {
  /** Sources beside the default one. */
  readonly sources?: readonly InstalledSource[];
  /** Hears of what broke: for the log, never with personal data. */
  readonly onFault: (error: unknown, where: string) => void;
}

/**
 * Only one process serves a data folder, and it sends one batch after another: whatever is claimed when a batch begins
 * was claimed by a process that died.
 */
const LEASE_MS = 0;

export async function openRuntime(root: string, options: RuntimeOptions): Promise<Runtime> {
  const { onFault } = options;
  const folder = openDataFolder(root);
  const rules = defaultIdentityRules;
  const sources = [DEFAULT_SOURCE, ...(options.sources ?? [])];
  const credentials = openCredentials(
    folder.credentials,
    sources.map(({ id }) => id),
  );
  const definitions = openDatabase(folder.definitions, DEFINITIONS_SCHEMA);
  const sourceDefinitions = sqliteDefinitions<Source>(definitions, "source", Date.now);
  await installSources(sourceDefinitions, sources, credentials);

  const inbox = openInbox(folder.inbox, () => processing.wake());
  const processing = startProcessingThread(folder, rules, (error) => onFault(error, "processing"));
  const profiles = openDatabase(folder.profiles, PROFILES_SCHEMA);
  const store = sqliteProfileStore(profiles);
  const query = await openLakeQuery(folder.lake);
  const lake = freshLake(query.lake, processing);
  const analyst = freshLake(query.analyst, processing);

  const segments = sqliteDefinitions<SegmentDefinition>(definitions, "segment", Date.now);
  const campaigns = sqliteDefinitions<Campaign>(definitions, "campaign", Date.now);
  const sqlOf = (condition: ResolvedCondition, now: EpochMs): string => segmentSql(condition, now, duckdbDialect);
  const outbox = openDatabase(folder.outbox, "");
  const channel = localChannel(outbox, Date.now);
  const campaignWork = startCampaignWork({
    clock: Date.now,
    rules,
    campaigns,
    asked: sqliteDefinitions<RunAsked>(definitions, "campaign_run", Date.now),
    audience: segmentAudience({ segments, lake, segmentSql: sqlOf }),
    store,
    suppressions: nothingSuppressed,
    outbox: localOutbox(outbox),
    ledger: localMessageLedger(outbox),
    channels: { email: channel, sms: channel, push: channel, custom: channel },
    lease: LEASE_MS,
    lake: inbox.lake,
    onFault,
  });
  const imports = openImportJobs({ folder, intake: inbox.intake, processing, rules, onFault });

  const collect = collectHandler({
    intake: inbox.intake,
    sources: localSources(sourceDefinitions),
    clock: Date.now,
    limits: defaultAdmissionLimits,
    normalise: normaliserFor(rules),
    onFault,
  });
  const api = apiDoor(
    {
      clock: Date.now,
      rules,
      store,
      assertions: inbox.assertions,
      segments,
      campaigns,
      campaignRuns: campaignWork.runs,
      segmentSql: sqlOf,
      lake,
      analyst,
      dialect: "duckdb",
      imports,
      pause: (ms) => sleep(ms),
      onTrouble: onFault,
    },
    credentials.token,
  );
  return {
    folder,
    credentials,
    rules,
    inbox,
    processing,
    lake,
    analyst,
    door: (event) =>
      event.rawPath.startsWith("/api/") && !event.rawPath.startsWith("/api/s/") ? api(event) : collect(event),
    close: async () => {
      await campaignWork.stop();
      await imports.stop();
      await processing.stop();
      query.close();
      for (const database of [definitions, profiles, outbox]) database.close();
      inbox.close();
    },
  };
}
