import { describe, expect, it } from "vitest";
import { toItem } from "#adapters/aws/component-item.ts";
import { memoryProfileStore } from "#adapters/memory/profile-store.ts";
import type { Event } from "#core/events/event.ts";
import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import { compareIdentifiers, type Identifier, identifierKey } from "#core/kernel/identifier.ts";
import { absorbEvents } from "./absorb-events.flow.ts";
import { findProfile } from "./find-profile.flow.ts";
import { activityOf, devicesOf, recentEventsOf } from "./profile-provenance.ts";
import { profileOf } from "./profiles-of.ts";

const START = Date.UTC(2026, 8, 1);
const user = (value: string): Identifier => ({ type: "user_id", value });
const visitor = (value: string): Identifier => ({ type: "anonymous_id", value });
const device = (value: string): Identifier => ({ type: "device_id", value });

let made = 0;
const seen = (identifiers: readonly Identifier[], more: Partial<Event> = {}): Event => {
  const at = START + made * 7_919;
  return {
    messageId: `m${made++}`,
    source: "web",
    trust: "browser",
    type: "track",
    name: "Seen",
    identifiers: [...identifiers].sort(compareIdentifiers),
    eventTime: at,
    receivedAt: at,
    properties: {},
    traits: {},
    context: {},
    ...more,
  };
};

function world() {
  const store = memoryProfileStore();
  const group = async (identifier: Identifier) => {
    const found = await findProfile(store, identifierKey(identifier), defaultIdentityRules);
    if (found === undefined) throw new Error(`${identifier.value} was lost`);
    return found;
  };
  return {
    store,
    group,
    absorb: async (events: readonly Event[], batch = 500) => {
      for (let at = 0; at < events.length; at += batch) {
        const part = { events: events.slice(at, at + batch), assertions: [] };
        await absorbEvents({ store, pause: async () => {} }, part, defaultIdentityRules);
      }
    },
    profile: async (identifier: Identifier) => {
      const found = await group(identifier);
      return profileOf(found.group, found.version);
    },
    /** The largest item that DynamoDB would hold, in bytes. */
    largest: (): number =>
      Math.max(
        ...[...store.all].map(([key, stored]) =>
          Object.values(toItem(key, stored)).reduce((sum, value) => sum + ("B" in value ? value.B.byteLength : 0), 0),
        ),
      ),
  };
}

const MOST_ITEM_BYTES = 400_000;

/** A real person, whose profile is to work whatever others send. */
const login = () =>
  seen([user("ana"), visitor("phone")], { type: "identify", name: "identify", traits: { plan: "pro" } });

/** A million would give the same sizes, which is what is held here: they stop growing after the first fifty. */
describe("a bot", () => {
  it("that sends ten thousand events about one identifier: a few kilobytes, and the rest works", async () => {
    const { absorb, group, profile, largest } = world();
    const names = Array.from({ length: 5_000 }, (_, nth) => `made up ${nth} ${"x".repeat(100)}`);
    const agents = Array.from({ length: 300 }, (_, nth) => ({ device: { id: `d${nth}` }, os: { name: "Android" } }));
    const flood = Array.from({ length: 10_000 }, (_, nth) =>
      seen([visitor("bot")], {
        name: names[nth % names.length] ?? "",
        context: agents[nth % agents.length] ?? {},
        properties: { revenue: nth / 7 },
        sentAt: START,
      }),
    );
    await absorb([login(), ...flood.slice(0, 5_000), login(), ...flood.slice(5_000)], 1_000);
    // Fifty names as long as they may be are most of it.
    expect(largest()).toBeLessThan(4_000);
    const bot = (await group(visitor("bot"))).group;
    expect([recentEventsOf(bot).length, devicesOf(bot).length]).toEqual([50, 8]);
    const [web] = activityOf(bot);
    expect([web?.source, web?.exact]).toEqual(["web", false]);
    expect(Math.abs((web?.events ?? 0) / 10_000 - 1)).toBeLessThan(0.3);
    expect((await profile(user("ana"))).traits).toEqual({ plan: "pro" });
  });

  it("on one device under three thousand names: it grows to the rule's size and no further", async () => {
    const { absorb, profile, largest, store } = world();
    const names = Array.from({ length: 3_000 }, (_, nth) => visitor(`visitor-${nth}`));
    await absorb([login(), ...names.map((name) => seen([device("kiosk"), name]))], 100);
    const sizes = [...store.all.values()].map((stored) =>
      stored.kind === "component" ? stored.component.members.size : 0,
    );
    expect(Math.max(...sizes)).toBeLessThanOrEqual(defaultIdentityRules.quarantineAbove);
    expect(largest()).toBeLessThan(MOST_ITEM_BYTES / 4);
    for (const name of [names[0], names[600], names[2_999]]) {
      expect((await profile(name as Identifier)).identifiers.length).toBeGreaterThan(0);
    }
    expect((await profile(user("ana"))).identifiers).toHaveLength(2);
  });

  it("with thousands of traits, long, in a script of three bytes a letter: the item fits, the device goes on", async () => {
    const { absorb, profile, largest } = world();
    const traits = (batch: number) =>
      Object.fromEntries(
        Array.from({ length: 60 }, (_, nth) => [
          `trait_${batch}_${nth}`,
          // As good as random, so that deflating does not help.
          Array.from({ length: 3_900 }, (_, at) =>
            String.fromCharCode(0x4e00 + ((nth * 7_919 + at * at * 104_729 + batch * 31) % 20_000)),
          ).join(""),
        ]),
      );
    for (let batch = 0; batch < 6; batch++) {
      await absorb([seen([visitor("bot")], { type: "identify", name: "identify", traits: traits(batch) })]);
      expect(largest(), `after ${60 * (batch + 1)} traits`).toBeLessThan(MOST_ITEM_BYTES);
    }
    await absorb([seen([visitor("bot")], { name: "Still here" })]);
    expect((await profile(visitor("bot"))).lastSeen).toBe(new Date(START + (made - 1) * 7_919).toISOString());
  });

  it("with hundreds of identifiers that each have everything: the item fits", async () => {
    const { absorb, profile, largest } = world();
    const long = (nth: number) => `${nth}`.padEnd(120, `${nth * 7_919}`);
    const names = Array.from({ length: 90 }, (_, nth) => visitor(`visitor-${nth}`));
    await absorb(names.map((name) => seen([user("eve"), name])));
    await absorb(
      names.flatMap((name, who) =>
        Array.from({ length: 60 }, (_, nth) =>
          seen([name], {
            name: long(who * 60 + nth),
            source: `source-${nth % 5}`,
            context: { device: { id: long(nth), model: long(nth + 1), manufacturer: long(nth + 2) } },
          }),
        ),
      ),
    );
    expect(largest()).toBeLessThan(MOST_ITEM_BYTES);
    expect((await profile(user("eve"))).identifiers).toHaveLength(91);
  });
});
