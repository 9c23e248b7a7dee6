import { memoryDefinitions } from "#adapters/memory/definitions.ts";
import { memoryLakeWriter } from "#adapters/memory/lake-writer.ts";
import { memoryMessageLedger } from "#adapters/memory/message-ledger.ts";
import { memoryOutbox } from "#adapters/memory/outbox.ts";
import { type MemoryProfileStore, memoryProfileStore } from "#adapters/memory/profile-store.ts";
import { Campaign } from "#core/campaigns/campaign.ts";
import type { Message } from "#core/campaigns/message.ts";
import type { MessageEventRow } from "#core/campaigns/message-event-row.ts";
import { type Channel, nothingSuppressed, type Outcome } from "#core/campaigns/ports.ts";
import type { RunCampaignPorts } from "#core/campaigns/run-campaign.flow.ts";
import type { SendPorts } from "#core/campaigns/send-messages.flow.ts";
import type { Event } from "#core/events/event.ts";
import { defaultIdentityRules, type IdentityRules } from "#core/identity/identity-rules.ts";
import { compareIdentifiers } from "#core/kernel/identifier.ts";
import { compareText } from "#core/kernel/order.ts";
import { absorbEvents } from "#core/profiles/absorb-events.flow.ts";
import type { Profile } from "#core/profiles/profile.ts";
import { profileGroupsOf, profileOf } from "#core/profiles/profiles-of.ts";

export const NOW = Date.UTC(2026, 3, 1);
export const LEASE = 60_000;

export interface Person {
  readonly userId: string;
  readonly email?: string | undefined;
  readonly consent?: boolean | undefined;
  readonly traits?: Event["traits"];
  readonly at?: number;
}

let eventsMade = 0;

export function identify({ userId, email, consent, traits, at }: Person): Event {
  const eventTime = at ?? NOW - 1_000_000;
  return {
    messageId: `e${eventsMade++}`,
    source: "shop",
    trust: "server",
    type: "identify",
    name: "identify",
    identifiers: [
      { type: "user_id", value: userId },
      ...(email === undefined ? [] : [{ type: "email", value: email }]),
    ].sort(compareIdentifiers),
    eventTime,
    receivedAt: eventTime,
    properties: {},
    traits: traits ?? {},
    context: {},
    ...(consent === undefined ? {} : { consent: { marketing: consent } }),
  };
}

export const campaign = (over: Partial<Campaign> = {}): Campaign =>
  Campaign.parse({
    name: "Spring",
    segmentId: "buyers",
    channel: "email",
    purpose: "marketing",
    treatments: [{ name: "a", template: { subject: "Hello {{traits.name}}", text: "Hello {{traits.name}}" } }],
    ...over,
  });

/** Everything a campaign meets, in memory. What stands here outlives the processes that `ports` stand for. */
export interface World {
  readonly run: RunCampaignPorts;
  readonly send: SendPorts & { readonly outbox: ReturnType<typeof memoryOutbox> };
  readonly delivered: readonly Message[];
  readonly rows: () => readonly MessageEventRow[];
  readonly tell: (...events: readonly Event[]) => Promise<void>;
  readonly profiles: () => readonly Profile[];
  /** Fixes who is in the segment: the profiles there are now. */
  readonly fixAudience: () => void;
  readonly wait: (ms: number) => void;
}

export interface WorldOptions {
  readonly campaign?: Campaign;
  /** Whether the provider can say afterwards what it took. */
  readonly recalls?: boolean;
}

const profilesIn = (store: MemoryProfileStore, rules: IdentityRules): readonly Profile[] =>
  [...store.all.values()].flatMap((stored) =>
    stored.kind === "component"
      ? profileGroupsOf(stored.component, rules).map((group) => profileOf(group, stored.version))
      : [],
  );

export async function campaignWorld(options: WorldOptions = {}): Promise<World> {
  let now = NOW;
  let audience: readonly string[] = [];
  const clock = (): number => now;
  const store = memoryProfileStore();
  const lake = memoryLakeWriter<{ readonly message_events: MessageEventRow }>();
  const both = { clock, outbox: memoryOutbox(), lake };
  const campaigns = memoryDefinitions<Campaign>(clock);
  await campaigns.put("spring", options.campaign ?? campaign(), 0);
  const delivered: Message[] = [];
  const rules = defaultIdentityRules;
  const profiles = (): readonly Profile[] => profilesIn(store, rules);
  return {
    run: {
      ...both,
      rules,
      campaigns,
      audience: { members: async () => audience },
      store,
      suppressions: nothingSuppressed,
    },
    send: {
      ...both,
      ledger: memoryMessageLedger(),
      channels: { email: channelInto(delivered, options.recalls ?? false) },
      lease: LEASE,
    },
    delivered,
    rows: () => lake.rowsOf("message_events"),
    tell: async (...events) => {
      await absorbEvents({ store, pause: async () => {} }, { events, assertions: [] }, rules);
    },
    profiles,
    fixAudience: () => {
      audience = profiles()
        .map(({ id }) => id)
        .sort(compareText);
    },
    wait: (ms) => {
      now += ms;
    },
  };
}

function channelInto(delivered: Message[], recalls: boolean): Channel {
  const accepted: Outcome = { kind: "accepted", providerId: "p" };
  const hadIt = ({ id }: Message): boolean => delivered.some((message) => message.id === id);
  return {
    send: async (messages) => {
      delivered.push(...messages);
      return messages.map(() => accepted);
    },
    ...(recalls
      ? { recall: async (messages) => messages.map((one) => (hadIt(one) ? accepted : { kind: "later", reason: "" })) }
      : {}),
  };
}
