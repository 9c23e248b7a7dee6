import { describe, expect, it } from "vitest";
import { memoryProfileStore } from "#adapters/memory/profile-store.ts";
import type { Event } from "#core/events/event.ts";
import { defaultIdentityRules, IdentityRules } from "#core/identity/identity-rules.ts";
import { compareIdentifiers, type Identifier, identifierKey } from "#core/kernel/identifier.ts";
import { absorbEvents } from "./absorb-events.flow.ts";
import { findProfile } from "./find-profile.flow.ts";
import { evidenceId } from "./fragment.ts";
import { activityOf, devicesOf, recentEventsOf, traitsWithProvenance } from "./profile-provenance.ts";

const ana: Identifier = { type: "user_id", value: "ana" };
const phone: Identifier = { type: "anonymous_id", value: "phone" };
const NOON = Date.parse("2026-11-02T12:00:00Z");

const event = (messageId: string, more: Partial<Event>): Event => ({
  messageId,
  source: "web",
  trust: "server",
  type: "track",
  name: "Seen",
  eventTime: NOON,
  receivedAt: NOON,
  properties: {},
  traits: {},
  context: {},
  ...more,
  identifiers: [...(more.identifiers ?? [ana])].sort(compareIdentifiers),
});

const identify = { type: "identify", name: "identify" } as const;

async function groupFrom(events: readonly Event[], rules = defaultIdentityRules) {
  const store = memoryProfileStore();
  await absorbEvents({ store, pause: async () => {} }, { events, assertions: [] }, rules);
  const found = await findProfile(store, identifierKey(ana), rules);
  if (found === undefined) throw new Error("nobody was found");
  return found.group;
}

describe("traits with provenance", () => {
  it("name for each trait the event that said it last, its source and its time; not what was taken away", async () => {
    const till = event("t1", {
      ...identify,
      source: "till",
      eventTime: NOON + 2,
      traits: { city: "Lyon", gone: null },
    });
    const web = event("w1", { ...identify, traits: { city: "Paris", plan: "pro", gone: "x" } });
    expect(traitsWithProvenance(await groupFrom([till, web]))).toEqual([
      { name: "city", value: "Lyon", at: "2026-11-02T12:00:00.002Z", source: "till", event: evidenceId(till) },
      { name: "plan", value: "pro", at: "2026-11-02T12:00:00.000Z", source: "web", event: evidenceId(web) },
    ]);
  });
});

describe("what a person did, where and told by whom", () => {
  it("is that of all identifiers of the profile, latest first", async () => {
    const browser = { device: { type: "mobile" }, os: { name: "iOS", version: "26.1" }, browser: { name: "Safari" } };
    const visit = event("v1", { identifiers: [phone], eventTime: NOON - 5, context: browser });
    const login = event("l1", { ...identify, identifiers: [ana, phone], context: browser });
    const order = event("o1", {
      source: "till",
      name: "Order Completed",
      eventTime: NOON + 9,
      properties: { revenue: 5 },
    });
    const group = await groupFrom([order, visit, login]);
    expect(recentEventsOf(group)).toEqual([
      { name: "Order Completed", at: "2026-11-02T12:00:00.009Z", source: "till", event: evidenceId(order), value: 5 },
      { name: "identify", at: "2026-11-02T12:00:00.000Z", source: "web", event: evidenceId(login), value: null },
      { name: "Seen", at: "2026-11-02T11:59:59.995Z", source: "web", event: evidenceId(visit), value: null },
    ]);
    expect(devicesOf(group)).toEqual([
      { type: "mobile", os: "iOS", osVersion: "26.1", browser: "Safari", lastSeen: "2026-11-02T12:00:00.000Z" },
    ]);
    expect(activityOf(group)).toEqual([
      {
        source: "till",
        firstSeen: "2026-11-02T12:00:00.009Z",
        lastSeen: "2026-11-02T12:00:00.009Z",
        events: 1,
        exact: true,
      },
      {
        source: "web",
        firstSeen: "2026-11-02T11:59:59.995Z",
        lastSeen: "2026-11-02T12:00:00.000Z",
        events: 2,
        exact: true,
      },
    ]);
  });

  it("is counted exactly for each identifier that remembers all of it, also where the profile shows fewer", async () => {
    const rules = IdentityRules.parse({ recentEvents: 32 });
    const visits = (who: Identifier) =>
      Array.from({ length: 30 }, (_, nth) =>
        event(`${who.value}-${nth}`, { identifiers: [who], eventTime: NOON + nth }),
      );
    const link = event("link", { identifiers: [ana, phone] });
    const group = await groupFrom([...visits(ana), ...visits(phone), link], rules);
    expect(recentEventsOf(group)).toHaveLength(32);
    expect(activityOf(group)).toMatchObject([{ source: "web", events: 61, exact: true }]);
  });

  it("remembers as many events as the rules say", async () => {
    const visits = Array.from({ length: 300 }, (_, nth) => event(`v${nth}`, { eventTime: NOON + nth }));
    for (const recentEvents of [32, 50, 200]) {
      const group = await groupFrom(visits, IdentityRules.parse({ recentEvents }));
      expect(recentEventsOf(group)).toHaveLength(recentEvents);
    }
    for (const recentEvents of [31, 201, 50.5]) {
      expect(IdentityRules.safeParse({ recentEvents }).success).toBe(false);
    }
  });
});
