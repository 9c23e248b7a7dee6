import { describe, expect, it } from "vitest";
import { type MemoryProfileStore, memoryProfileStore } from "#adapters/memory/profile-store.ts";
import type { Event } from "#core/events/event.ts";
import { defaultIdentityRules, IdentityRules } from "#core/identity/identity-rules.ts";
import { assertLink } from "#core/identity/link.ts";
import { compareIdentifiers, type Identifier, identifierKey } from "#core/kernel/identifier.ts";
import { type Absorbed, absorbEvents } from "./absorb-events.flow.ts";
import { encodeComponent } from "./component-json.ts";
import type { Assertion } from "./evidence.ts";
import { findProfile } from "./find-profile.flow.ts";
import type { ProfileStore } from "./ports.ts";
import { profileOf } from "./profiles-of.ts";

const user = (value: string): Identifier => ({ type: "user_id", value });
const device = (value: string): Identifier => ({ type: "anonymous_id", value });

let made = 0;
const seen = (at: number, identifiers: readonly Identifier[], more: Partial<Event> = {}): Event => ({
  messageId: `m${made++}`,
  source: "web",
  trust: "server",
  type: "track",
  name: "Seen",
  identifiers: [...identifiers].sort(compareIdentifiers),
  eventTime: at,
  receivedAt: at,
  properties: {},
  traits: {},
  context: {},
  ...more,
});

/** A store, what was asked of it, and the flow over it. */
function world(rules: IdentityRules = defaultIdentityRules) {
  const store = memoryProfileStore();
  const asked: string[] = [];
  const counting: ProfileStore = {
    read: (keys, options) => {
      asked.push(`read ${keys.length}${options?.fresh === true ? " fresh" : ""}`);
      return store.read(keys, options);
    },
    write: (lists) => {
      asked.push(`write ${lists.map((list) => list.length).join(" ")}`);
      return store.write(lists);
    },
  };
  const absorb = (events: readonly Event[], assertions: readonly Assertion[] = []): Promise<Absorbed> => {
    asked.length = 0;
    return absorbEvents({ store: counting, pause: async () => {} }, { events, assertions }, rules);
  };
  const profile = async (identifier: Identifier) => {
    const found = await findProfile(store, identifierKey(identifier), rules);
    return found && profileOf(found.group, found.version);
  };
  const idOf = async (identifier: Identifier): Promise<string | undefined> => (await profile(identifier))?.id;
  return { store, asked, absorb, profile, idOf };
}

const idNamedBy = (identifier: Identifier): string => `p_${identifierKey(identifier)}`;
const links = (store: MemoryProfileStore) =>
  [...store.all.values()].flatMap((stored) =>
    stored.kind === "component" ? [...stored.component.links.values()] : [],
  );

describe("the price of absorbing", () => {
  it("is one read and one write for a known person, however many events", async () => {
    const { absorb, asked } = world();
    await absorb([seen(1, [user("ana"), device("phone")])]);
    await absorb(Array.from({ length: 50 }, (_, nth) => seen(nth, [user("ana"), device("phone")])));
    expect(asked).toEqual(["read 1", "write 1"]);
  });
  it("is a pointer more for a new identifier, made before the component", async () => {
    const { absorb, asked } = world();
    await absorb([seen(1, [user("ana"), device("phone")])]);
    expect(asked).toEqual(["read 1", "read 1", "write 1", "write 1"]);
  });
  it("is a transaction of two only where two stored people turn out to be one", async () => {
    const { absorb, asked } = world();
    await absorb([seen(1, [user("ana")]), seen(1, [device("phone")])]);
    await absorb([seen(2, [user("ana"), device("phone")])]);
    expect(asked).toEqual(["read 1", "read 1", "write 2"]);
  });
});

describe("names of profiles", () => {
  it("keep the elder's on merging, and birth does not move forward", async () => {
    const { absorb, profile } = world();
    await absorb([seen(50, [user("ana")])]);
    await absorb([seen(10, [device("phone")])]);
    await absorb([seen(90, [user("ana"), device("phone")])]);
    const merged = await profile(user("ana"));
    expect([merged?.id, merged?.aliases]).toEqual([idNamedBy(device("phone")), [idNamedBy(user("ana"))]]);
    expect(merged?.firstSeen).toBe(new Date(10).toISOString());
  });
  it("come back when the first identifier is split off, and again when it is taken back in", async () => {
    const { absorb, idOf, store } = world();
    await absorb([seen(10, [device("phone")]), seen(50, [user("ana")]), seen(90, [user("ana"), device("phone")])]);
    const [link] = links(store);
    if (link === undefined) throw new Error("the link is kept");
    await absorb([], [{ kind: "retraction", link: link.id }]);
    expect([await idOf(user("ana")), await idOf(device("phone"))]).toEqual(
      [user("ana"), device("phone")].map(idNamedBy),
    );
    const between = [user("ana"), device("phone")] as const;
    const word = assertLink({
      between,
      class: "human",
      verdict: "same",
      source: "console",
      trust: "server",
      at: { at: 99, by: "z" },
    });
    await absorb([], [{ kind: "link", link: word, between }]);
    expect([await idOf(user("ana")), await idOf(device("phone"))]).toEqual([
      idNamedBy(device("phone")),
      idNamedBy(device("phone")),
    ]);
  });
  it("are decided by key where two identifiers were born at the same instant", async () => {
    const orders = [0, 1].map(async (first) => {
      const { absorb, idOf } = world();
      const events = [seen(5, [device("a")]), seen(5, [device("b")])];
      await absorb([events[first] as Event]);
      await absorb([events[1 - first] as Event]);
      await absorb([seen(5, [device("a"), device("b")])]);
      return [await idOf(device("a")), await idOf(device("b"))];
    });
    const [one, other] = await Promise.all(orders);
    expect(one).toEqual(other);
    expect(new Set(one).size).toBe(1);
  });
});

describe("evidence out of order", () => {
  it("a retraction that comes before what it retracts still holds", async () => {
    const { absorb, idOf } = world();
    const login = seen(3, [user("ana"), device("phone")]);
    const scratch = world();
    await scratch.absorb([login]);
    const [link] = links(scratch.store);
    if (link === undefined) throw new Error("the link is kept");
    await absorb([], [{ kind: "retraction", link: link.id }]);
    await absorb([login]);
    expect(await idOf(user("ana"))).not.toBe(await idOf(device("phone")));
  });
  it("a pointer whose component was never written leads the next evidence to where it will be", async () => {
    const { absorb, profile, store } = world();
    await store.write([
      [
        {
          key: identifierKey(device("phone")),
          expected: 0,
          next: { kind: "pointer", version: 1, to: identifierKey(user("ana")) },
        },
      ],
    ]);
    await absorb([seen(1, [device("phone")])]);
    await absorb([seen(2, [user("ana")])]);
    await absorb([seen(3, [user("bob"), device("tablet")])]);
    expect((await profile(device("phone")))?.identifiers.map(({ value }) => value)).toEqual(["phone"]);
    expect((await profile(user("ana")))?.identifiers.map(({ value }) => value)).toEqual(["ana"]);
  });
});

describe("hot identifiers", () => {
  const kiosk = device("kiosk");
  const rules = IdentityRules.parse({ sharedAbove: 5 });
  const logins = Array.from({ length: 400 }, (_, nth) => seen(nth, [user(`u${nth}`), kiosk]));

  it.each([1, 7, 400])("a kiosk in batches of %i merges nobody and gathers no crowd", async (size) => {
    const { absorb, profile, store } = world(rules);
    for (let at = 0; at < logins.length; at += size) await absorb(logins.slice(at, at + size));
    expect((await profile(kiosk))?.identifiers).toHaveLength(1);
    for (const nth of [0, 5, 6, 399]) expect((await profile(user(`u${nth}`)))?.identifiers).toHaveLength(1);
    const sizes = [...store.all.values()].map((stored) =>
      stored.kind === "component" ? stored.component.members.size : 0,
    );
    expect(Math.max(...sizes)).toBe(rules.sharedAbove + 2);
  });
  it("what else an event of a shared address carries stands by itself", async () => {
    const { absorb, profile } = world(rules);
    const desk: Identifier = { type: "email", value: "desk@example.org" };
    await absorb(Array.from({ length: 9 }, (_, nth) => seen(nth, [user(`u${nth}`), desk])));
    await absorb([seen(20, [desk, device("late")])]);
    expect((await profile(device("late")))?.identifiers.map(({ value }) => value)).toEqual(["late"]);
  });
});

describe("components too large for one person", () => {
  it("join more stored components than one transaction holds, in steps", async () => {
    const { absorb, profile, asked } = world();
    const devices = Array.from({ length: 150 }, (_, nth) => device(`d${nth}`));
    await absorb(devices.map((each) => seen(1, [each])));
    await absorb(devices.map((each) => seen(2, [user("ana"), each])));
    expect(asked.filter((what) => what.startsWith("write"))).toEqual(["write 100", "write 1", "write 51"]);
    expect((await profile(user("ana")))?.identifiers).toHaveLength(100);
  });
  it("are quarantined above the rule: evidence goes on, growth does not", async () => {
    const rules = IdentityRules.parse({ quarantineAbove: 8 });
    const { absorb, profile } = world(rules);
    const devices = Array.from({ length: 7 }, (_, nth) => device(`d${nth}`));
    await absorb(devices.map((each) => seen(1, [user("ana"), each])));
    const { quarantined } = await absorb([
      seen(2, [user("ana"), device("new")], { type: "identify", name: "identify", traits: { city: "Lyon" } }),
    ]);
    expect(quarantined).toBe(2);
    const [ana, other] = [await profile(user("ana")), await profile(device("new"))];
    expect([ana?.identifiers.length, ana?.traits, ana?.lastSeen]).toEqual([
      8,
      { city: "Lyon" },
      new Date(2).toISOString(),
    ]);
    expect(other?.identifiers.map(({ value }) => value)).toEqual(["new"]);
  });
  it("stay small enough for an item under a flood of made-up traits", async () => {
    const { absorb, store, profile } = world();
    const traits = (nth: number) =>
      Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`trait_${nth}_${at}`, `${nth}`.padEnd(900, "é")]));
    for (let nth = 0; nth < 40; nth++) {
      const who = [user("ana"), device(`d${nth}`)];
      await absorb([
        seen(nth, who),
        seen(nth, who.slice(1), { type: "identify", name: "identify", traits: traits(nth) }),
      ]);
    }
    const sizes = [...store.all.values()].map((stored) =>
      stored.kind === "component" ? Buffer.byteLength(encodeComponent(stored.component)) : 0,
    );
    expect(Math.max(...sizes)).toBeLessThan(390_000);
    expect((await profile(user("ana")))?.identifiers).toHaveLength(41);
  });
});

describe("other writers", () => {
  it("who will not let a component be are given up on, loudly", async () => {
    const store: ProfileStore = { read: async () => new Map(), write: async (lists) => new Set(lists.keys()) };
    const pauses: number[] = [];
    const pause = async (attempt: number): Promise<void> => void pauses.push(attempt);
    const absorbing = absorbEvents(
      { store, pause },
      { events: [seen(1, [user("ana")])], assertions: [] },
      defaultIdentityRules,
    );
    await expect(absorbing).rejects.toThrow("written by others");
    expect(pauses).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });
  it("that took a profile away between a read and a write are followed to where it is now", async () => {
    const { store, absorb, profile } = world();
    await absorb([seen(1, [user("ana")]), seen(1, [device("phone")])]);
    const merge = seen(2, [user("ana"), device("phone")]);
    let raced = false;
    const late: ProfileStore = {
      read: (keys, options) => store.read(keys, options),
      write: async (lists) => {
        if (!raced) {
          raced = true;
          await absorb([merge]);
        }
        return store.write(lists);
      },
    };
    const visit = seen(3, [device("phone")]);
    await absorbEvents(
      { store: late, pause: async () => {} },
      { events: [visit], assertions: [] },
      defaultIdentityRules,
    );
    const ana = await profile(user("ana"));
    expect([ana?.identifiers.length, ana?.lastSeen]).toEqual([2, new Date(3).toISOString()]);
  });
});
