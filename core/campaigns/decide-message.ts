import type { Identifier } from "#core/kernel/identifier.ts";
import { compareText } from "#core/kernel/order.ts";
import { type EpochMs, isoTime } from "#core/kernel/time.ts";
import type { Profile } from "#core/profiles/profile.ts";
import { assign } from "./assign.ts";
import type { Campaign, Treatment } from "./campaign.ts";
import { ADDRESS_TYPES, type ChannelName } from "./channel-name.ts";
import { messageIdOf, type Run, unsentIdOf } from "./message.ts";

/** Why somebody is not written to, in the order in which it is asked. */
export type UnsentReason =
  | "not_a_member"
  | "no_address"
  | "consent_denied"
  | "consent_unknown"
  | "suppressed"
  | "duplicate"
  | "template_failed";

export type Decision =
  | {
      readonly kind: "send";
      readonly messageId: string;
      readonly profile: Profile;
      readonly to: Identifier;
      readonly treatment: Treatment;
    }
  | { readonly kind: "held_out"; readonly messageId: string; readonly profileId: string; readonly to: Identifier }
  | {
      readonly kind: "not_sent";
      readonly messageId: string;
      readonly profileId: string;
      readonly to: Identifier | undefined;
      readonly reason: UnsentReason;
    };

/** A campaign in execution. `now` is the instant at which its audience is asked for. */
export interface CampaignRun extends Run {
  readonly campaign: Campaign;
  readonly now: EpochMs;
}

export interface Candidate {
  /** The profile id as the audience named it. */
  readonly member: string;
  /** The profile it leads to now; `undefined` where it leads nowhere any more. */
  readonly profile: Profile | undefined;
}

export interface Known {
  /** Addresses not to be written to on this channel. */
  readonly suppressed: ReadonlySet<string>;
  /** Message ids that this run planned before it was interrupted. */
  readonly planned: ReadonlySet<string>;
  /** Message ids already decided on in this pass over the audience. */
  readonly met: ReadonlySet<string>;
}

/**
 * Whether one member of the audience is written to, and if not, why not: the only place that decides it. Repetition is
 * asked for before the draw, so that everybody who could be written to is in it once.
 */
export function decideMessage(run: CampaignRun, { member, profile }: Candidate, known: Known): Decision {
  const { campaign } = run;
  const unsent = (reason: UnsentReason, to?: Identifier): Decision => ({
    kind: "not_sent",
    messageId: to === undefined ? unsentIdOf(run, reason, member) : messageIdOf(run, campaign.channel, to),
    profileId: profile?.id ?? member,
    to,
    reason,
  });
  if (profile === undefined) return unsent("not_a_member");
  const addresses = addressesOf(profile, campaign.channel, run.now);
  const [preferred] = addresses;
  if (preferred === undefined) return unsent("no_address");
  const consent = consentFor(profile, campaign.purpose);
  if (consent !== "granted") return unsent(consent === "denied" ? "consent_denied" : "consent_unknown", preferred);
  const to = chosen(run, addresses, known);
  if (to === undefined) return unsent("suppressed", preferred);
  const messageId = messageIdOf(run, campaign.channel, to);
  if (known.met.has(messageId)) return { ...unsent("duplicate"), messageId: unsentIdOf(run, "duplicate", member) };
  const assignment = assign(run.campaignId, campaign, profile.id);
  return assignment.kind === "held_out"
    ? { kind: "held_out", messageId, profileId: profile.id, to }
    : { kind: "send", messageId, profile, to, treatment: assignment.treatment };
}

/**
 * The person's addresses on a channel, the one to use first: the newest known at the run's instant. Addresses given
 * since then come last, so that an interrupted run comes to the same choice when it is taken up again.
 */
export function addressesOf(profile: Profile, channel: ChannelName, now: EpochMs): readonly Identifier[] {
  const types = ADDRESS_TYPES[channel];
  const instant = isoTime(now);
  const isLate = (firstSeen: string): number => (firstSeen > instant ? 1 : 0);
  return profile.identifiers
    .filter(({ type }) => types.includes(type))
    .sort(
      (x, y) =>
        isLate(x.firstSeen) - isLate(y.firstSeen) ||
        compareText(y.firstSeen, x.firstSeen) ||
        compareText(x.value, y.value),
    )
    .map(({ type, value }) => ({ type, value }));
}

/** What is not granted is not allowed: silence is no consent. */
function consentFor(profile: Profile, purpose: string): "granted" | "denied" | "unknown" {
  return Object.hasOwn(profile.consent, purpose) ? (profile.consent[purpose]?.state ?? "unknown") : "unknown";
}

/** The address this run already chose, should merges since have given the person others; else the first that is open. */
function chosen(run: CampaignRun, addresses: readonly Identifier[], known: Known): Identifier | undefined {
  const open = addresses.filter(({ value }) => !known.suppressed.has(value));
  return open.find((to) => known.planned.has(messageIdOf(run, run.campaign.channel, to))) ?? open[0];
}
