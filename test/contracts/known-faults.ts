import { describe, expect, it } from "vitest";
import type { Event } from "#core/events/event.ts";
import { defaultIdentityRules, IdentityRules } from "#core/identity/identity-rules.ts";
import { compareIdentifiers, type Identifier, identifierKey } from "#core/kernel/identifier.ts";
import { absorbEvents } from "#core/profiles/absorb-events.flow.ts";
import type { Assertion } from "#core/profiles/evidence.ts";
import { type FoundProfile, findProfile } from "#core/profiles/find-profile.flow.ts";
import type { ProfileStore } from "#core/profiles/ports.ts";
import { profileOf } from "#core/profiles/profiles-of.ts";
import type { OpenEmptyStore } from "./identity-convergence.ts";
import { type Delivery, proveHistory } from "./prove-history.ts";

const user = (value: string): Identifier => ({ type: "user_id", value });
const device = (value: string): Identifier => ({ type: "anonymous_id", value });
const email = (value: string): Identifier => ({ type: "email", value: `${value}@example.org` });
const idNamedBy = (identifier: Identifier): string => `p_${identifierKey(identifier)}`;

const seen = (messageId: string, eventTime: number, who: readonly Identifier[], more: Partial<Event> = {}): Event => ({
  messageId,
  source: "web",
  trust: "server",
  type: "track",
  name: "Seen",
  identifiers: [...who].sort(compareIdentifiers),
  eventTime,
  receivedAt: eventTime,
  properties: {},
  traits: {},
  context: {},
  ...more,
});

const identify = (messageId: string, at: number, who: readonly Identifier[], traits: Event["traits"]): Event =>
  seen(messageId, at, who, { type: "identify", name: "identify", traits });

const absorb = async (
  store: ProfileStore,
  events: readonly Event[],
  rules: IdentityRules = defaultIdentityRules,
  assertions: readonly Assertion[] = [],
): Promise<void> => void (await absorbEvents({ store, pause: async () => {} }, { events, assertions }, rules));

async function foundAt(
  store: ProfileStore,
  identifier: Identifier,
  rules: IdentityRules = defaultIdentityRules,
): Promise<FoundProfile> {
  const found = await findProfile(store, identifierKey(identifier), rules);
  if (found === undefined) throw new Error(`${identifier.type}:${identifier.value} was lost`);
  return found;
}

const profileAt = async (store: ProfileStore, identifier: Identifier, rules?: IdentityRules) => {
  const { group, version } = await foundAt(store, identifier, rules);
  return profileOf(group, version);
};

/** A store that lets others in between the first read and what is decided by it. */
function overtakenBy(store: ProfileStore, others: () => Promise<void>): ProfileStore {
  let isFirst = true;
  return {
    read: (keys, options) => store.read(keys, options),
    write: async (lists) => {
      if (isFirst) {
        isFirst = false;
        await others();
      }
      return store.write(lists);
    },
  };
}

function permutations<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length < 2) return [items];
  return items.flatMap((item, at) =>
    permutations([...items.slice(0, at), ...items.slice(at + 1)]).map((rest) => [item, ...rest]),
  );
}

/** Faults that other platforms are known for, each by its name, for a store. `races`: how many times each race is run. */
export function knownFaults(name: string, open: OpenEmptyStore, { races = 20, orders = 24 } = {}): void {
  const inStore = (fault: string, check: (store: ProfileStore) => Promise<void>): void => {
    it(fault, async () => {
      const { store, close } = await open();
      try {
        await check(store);
      } finally {
        await close();
      }
    });
  };
  /** The same events by one worker each, all at once, with every fault a store may have, against the reference. */
  const race = (fault: string, events: readonly Event[]): void => {
    it(fault, async () => {
      for (let seed = 0; seed < races; seed++) {
        const how: Delivery = {
          rules: defaultIdentityRules,
          stretches: 1,
          workers: events.length,
          faults: seed % 3 === 0 ? 0 : 20,
          longestBatch: 1,
          repeated: seed % 2,
          seed,
        };
        const opened = await open();
        try {
          await expect(proveHistory(opened, { events, assertions: [] }, how)).resolves.toBeUndefined();
        } finally {
          await opened.close();
        }
      }
    });
  };

  describe(`faults of others are not those of ${name}`, () => {
    inStore("two anonymous ids merged at equal timestamps have one name, whichever came first", async (store) => {
      const [a, b] = [device("a"), device("b")];
      await absorb(store, [seen("m2", 5, [b])]);
      await absorb(store, [seen("m1", 5, [a])]);
      await absorb(store, [seen("m3", 5, [a, b])]);
      const [eldest] = [a, b].map(idNamedBy).sort();
      expect([(await profileAt(store, a)).id, (await profileAt(store, b)).id]).toEqual([eldest, eldest]);
    });

    race("an update racing a merge is not lost", [
      identify("m1", 1, [user("ana")], { city: "Lyon" }),
      identify("m2", 2, [device("phone")], { plan: "pro" }),
      seen("m3", 3, [user("ana"), device("phone")]),
      identify("m4", 4, [user("ana")], { city: "Nice" }),
      identify("m5", 5, [device("phone")], { plan: "free" }),
    ]);

    race("a chain A→B→C merged concurrently is one person", [
      seen("m1", 1, [device("a"), email("b")]),
      seen("m2", 2, [email("b"), { type: "phone", value: "+33612345678" }]),
      seen("m3", 3, [{ type: "phone", value: "+33612345678" }, user("c")]),
      seen("m4", 4, [device("a"), user("c")]),
    ]);

    race("a ring of merges makes no ring of pointers", [
      seen("m1", 1, [email("a"), email("b")]),
      seen("m2", 1, [email("b"), email("c")]),
      seen("m3", 1, [email("c"), email("d")]),
      seen("m4", 1, [email("d"), email("a")]),
    ]);

    inStore("a worker holding a profile that another merged away writes to where it is now", async (store) => {
      await absorb(store, [seen("m1", 1, [user("ana")])]);
      await absorb(store, [seen("m2", 1, [device("phone")])]);
      const others = () => absorb(store, [seen("m3", 2, [user("ana"), device("phone")])]);
      await absorb(overtakenBy(store, others), [identify("m4", 3, [device("phone")], { plan: "pro" })]);
      const ana = await profileAt(store, user("ana"));
      expect([ana.identifiers.length, ana.traits, ana.lastSeen]).toEqual([
        2,
        { plan: "pro" },
        "1970-01-01T00:00:00.003Z",
      ]);
      expect((await profileAt(store, device("phone"))).id).toBe(ana.id);
    });

    inStore("splitting off the first identifier gives each part its own name, traits and times", async (store) => {
      await absorb(store, [identify("m1", 1, [device("phone")], { plan: "pro" })]);
      await absorb(store, [identify("m2", 5, [user("ana")], { city: "Lyon" })]);
      const links = async () => [...(await foundAt(store, user("ana"))).component.links.keys()];
      await absorb(store, [seen("m3", 9, [user("ana"), device("phone")])]);
      expect((await profileAt(store, user("ana"))).id).toBe(idNamedBy(device("phone")));
      const [link] = await links();
      if (link === undefined) throw new Error("the link is kept");
      await absorb(store, [], defaultIdentityRules, [{ kind: "retraction", link }]);
      const [ana, phone] = [await profileAt(store, user("ana")), await profileAt(store, device("phone"))];
      expect([ana.id, ana.traits, ana.firstSeen]).toEqual([
        idNamedBy(user("ana")),
        { city: "Lyon" },
        "1970-01-01T00:00:00.005Z",
      ]);
      expect([phone.id, phone.traits, phone.firstSeen]).toEqual([
        idNamedBy(device("phone")),
        { plan: "pro" },
        "1970-01-01T00:00:00.001Z",
      ]);
    });

    inStore("`created` does not move forward on merging, nor with a late event", async (store) => {
      await absorb(store, [seen("m1", 50, [user("ana")])]);
      await absorb(store, [seen("m2", 10, [device("phone")])]);
      await absorb(store, [seen("m3", 90, [user("ana"), device("phone")])]);
      expect((await profileAt(store, user("ana"))).firstSeen).toBe("1970-01-01T00:00:00.010Z");
      await absorb(store, [seen("m4", 3, [user("ana")])]);
      await absorb(store, [seen("m5", 99, [user("ana")])]);
      expect((await profileAt(store, device("phone"))).firstSeen).toBe("1970-01-01T00:00:00.003Z");
    });

    it("limits do not depend on which value came first", async () => {
      const rules = IdentityRules.parse({ limits: { user_id: 1, email: 1 }, maxIdentifiers: 3 });
      const events = [
        seen("m1", 4, [user("ana"), email("work")]),
        seen("m2", 3, [user("ana"), email("home")]),
        seen("m3", 2, [user("bob"), email("work")]),
        seen("m4", 1, [user("ana"), device("phone"), device("tablet")]),
      ];
      const answers = new Set<string>();
      for (const order of permutations(events).slice(0, orders)) {
        const { store, close } = await open();
        try {
          for (const event of order) await absorb(store, [event], rules);
          const profiles = [user("ana"), user("bob"), email("work"), email("home"), device("phone"), device("tablet")];
          const ids = await Promise.all(profiles.map(async (each) => (await profileAt(store, each, rules)).id));
          answers.add(ids.join());
        } finally {
          await close();
        }
      }
      expect(answers.size).toBe(1);
    });

    inStore("a profile that was split and merged for a long time still answers to every name it had", async (store) => {
      const ends = [device("phone"), user("ana")] as const;
      await absorb(store, [seen("m1", 1, [ends[0]]), seen("m2", 2, [ends[1]])]);
      const ids = new Set<string>();
      for (let round = 0; round < 6; round++) {
        await absorb(store, [seen(`r${round}`, 10 + round, ends, { source: `s${round}` })]);
        ids.add((await profileAt(store, user("ana"))).id);
        const { component } = await foundAt(store, user("ana"));
        const taken = [...component.links.keys()].map((link): Assertion => ({ kind: "retraction", link }));
        await absorb(store, [], defaultIdentityRules, taken);
        ids.add((await profileAt(store, user("ana"))).id);
      }
      expect(ids).toEqual(new Set(ends.map(idNamedBy)));
      for (const end of ends) expect((await profileAt(store, end)).id).toBe(idNamedBy(end));
    });
  });
}
