import type { IdentityRules } from "#core/identity/identity-rules.ts";
import type { IdentifierKey } from "#core/kernel/identifier.ts";
import type { Clock, Definitions, LakeWriter } from "#core/kernel/ports.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import { findProfiles } from "#core/profiles/find-profiles.flow.ts";
import type { ProfileStore } from "#core/profiles/ports.ts";
import type { Profile } from "#core/profiles/profile.ts";
import { identifierKeyIn } from "#core/profiles/profile-id.ts";
import { profileOf } from "#core/profiles/profiles-of.ts";
import type { Campaign } from "./campaign.ts";
import { addressesOf, type CampaignRun, decideMessage, type Known, type UnsentReason } from "./decide-message.ts";
import { messageIdOf, type Run } from "./message.ts";
import type { MessageEventRow } from "./message-event-row.ts";
import { type Plan, planMessages, renderersFor } from "./plan-messages.ts";
import type { Audience, Outbox, Suppressions } from "./ports.ts";

export interface RunCampaignPorts {
  readonly clock: Clock;
  readonly rules: IdentityRules;
  readonly campaigns: Pick<Definitions<Campaign>, "get">;
  readonly audience: Audience;
  readonly store: Pick<ProfileStore, "read">;
  readonly suppressions: Suppressions;
  readonly outbox: Outbox;
  readonly lake: LakeWriter<{ readonly message_events: MessageEventRow }>;
}

/** What is asked for: a campaign, to those who are in its segment at `now`. */
export interface RunRequest extends Run {
  readonly now: EpochMs;
  /** The last member that an earlier part of the run dealt with: go on behind it. */
  readonly after?: string | undefined;
}

export interface RunReport {
  readonly kind: "finished" | "paused";
  /** The last member dealt with; a run that paused is taken up behind it. */
  readonly after: string | undefined;
  readonly members: number;
  readonly planned: number;
  readonly heldOut: number;
  readonly notSent: Readonly<Partial<Record<UnsentReason, number>>>;
}

export interface RunOptions {
  /** Told after each batch how far the run has come. */
  readonly onProgress?: (report: RunReport) => void;
  /** Asked after each batch; a run that may not go on pauses. */
  readonly mayGoOn?: () => boolean;
}

/** People read, decided on and written about at once: what one read of a store can ask for. */
const BATCH = 100;

/**
 * Plans a message for each member of a campaign's segment who is to have one, and records what was decided of each.
 * Killed anywhere and asked again with the same run id, it forgets nobody and writes to nobody twice: every step is
 * named after the run and the address. Throws where a port fails; the run is then asked for again.
 */
export async function runCampaign(
  ports: RunCampaignPorts,
  request: RunRequest,
  options: RunOptions = {},
): Promise<RunReport | Rejection> {
  const defined = await ports.campaigns.get(request.campaignId);
  if (defined === undefined) return rejection("campaign.not_found", "there is no campaign of this id");
  const members = await ports.audience.members(defined.definition.segmentId, request.now);
  if (isRejection(members)) return members;
  return planAll(ports, { ...request, campaign: defined.definition }, afterOf(members, request.after), options);
}

async function planAll(
  ports: RunCampaignPorts,
  run: CampaignRun & RunRequest,
  members: AsyncIterable<string>,
  options: RunOptions,
): Promise<RunReport | Rejection> {
  const renderers = renderersFor(run.campaign);
  if (isRejection(renderers)) return renderers;
  const met = new Set<string>();
  let report: RunReport = { kind: "finished", after: run.after, members: 0, planned: 0, heldOut: 0, notSent: {} };
  for await (const batch of batchesOf(members)) {
    // Asked before a batch, not after it: a run that is done is not paused.
    if (report.members > 0 && options.mayGoOn?.() === false) return { ...report, kind: "paused" };
    const plan = await planBatch(ports, run, renderers, batch, met);
    report = counted(report, batch, plan);
    options.onProgress?.(report);
  }
  return report;
}

async function planBatch(
  ports: RunCampaignPorts,
  run: CampaignRun,
  renderers: Parameters<typeof planMessages>[2],
  members: readonly string[],
  met: Set<string>,
): Promise<Plan> {
  const profiles = await profilesOf(ports, members);
  const known = await knownOf(ports, run, [...profiles.values()], met);
  const decisions = members.map((member) => {
    const decision = decideMessage(run, { member, profile: profiles.get(member) }, known);
    met.add(decision.messageId);
    return decision;
  });
  const plan = planMessages(run, decisions, renderers, ports.clock());
  // First the messages, then the word that they are planned: the other way round it might not be true.
  if (plan.messages.length > 0) await ports.outbox.plan(plan.messages);
  await ports.lake.append("message_events", plan.rows);
  return plan;
}

async function profilesOf(ports: RunCampaignPorts, members: readonly string[]): Promise<ReadonlyMap<string, Profile>> {
  const keys = new Map<string, IdentifierKey>();
  for (const member of members) {
    const key = identifierKeyIn(member);
    if (key !== undefined) keys.set(member, key);
  }
  const found = await findProfiles(ports.store, [...keys.values()], ports.rules);
  const profiles = new Map<string, Profile>();
  for (const [member, key] of keys) {
    const profile = found.get(key);
    if (profile !== undefined) profiles.set(member, profileOf(profile.group, profile.version));
  }
  return profiles;
}

async function knownOf(
  ports: RunCampaignPorts,
  run: CampaignRun,
  profiles: readonly Profile[],
  met: ReadonlySet<string>,
): Promise<Known> {
  const { channel } = run.campaign;
  const addresses = profiles.flatMap((profile) => addressesOf(profile, channel, run.now));
  if (addresses.length === 0) return { suppressed: new Set(), planned: new Set(), met };
  const [suppressed, planned] = await Promise.all([
    ports.suppressions.among(
      channel,
      addresses.map(({ value }) => value),
    ),
    ports.outbox.planned(addresses.map((to) => messageIdOf(run, channel, to))),
  ]);
  return { suppressed, planned, met };
}

function counted(report: RunReport, batch: readonly string[], plan: Plan): RunReport {
  const notSent = { ...report.notSent };
  for (const { reason } of plan.notSent) notSent[reason] = (notSent[reason] ?? 0) + 1;
  return {
    ...report,
    after: batch.at(-1) ?? report.after,
    members: report.members + batch.length,
    planned: report.planned + plan.messages.length,
    heldOut: report.heldOut + plan.heldOut,
    notSent,
  };
}

async function* afterOf(
  members: Iterable<string> | AsyncIterable<string>,
  after: string | undefined,
): AsyncGenerator<string> {
  for await (const member of members) if (after === undefined || member > after) yield member;
}

async function* batchesOf(members: AsyncIterable<string>): AsyncGenerator<readonly string[]> {
  let batch: string[] = [];
  for await (const member of members) {
    batch.push(member);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
