import * as fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { memoryProfileStore } from "#adapters/memory/profile-store.ts";
import type { Event } from "#core/events/event.ts";
import { eventsLogRow } from "#core/events/lake-rows.ts";
import { IdentityRules } from "#core/identity/identity-rules.ts";
import { compareIdentifiers, type Identifier, identifierKey, identifierText } from "#core/kernel/identifier.ts";
import { absorbEvents } from "#core/profiles/absorb-events.flow.ts";
import { changeRows } from "#core/profiles/change-rows.ts";
import { findProfile } from "#core/profiles/find-profile.flow.ts";
import { followsLogins } from "#core/profiles/follows-logins.ts";
import { partitionOf } from "#core/profiles/profiles-of.ts";
import { cut, randomFrom, shuffled } from "#test/contracts/random.ts";
import { type DuckDbLake, duckDbLake } from "#test/support/duckdb-lake.ts";

const strict = IdentityRules.parse({ limits: { user_id: 1 }, sharedAbove: 2 });
const patient = IdentityRules.parse({ limits: { user_id: 1 }, sharedAbove: 10 });

const user = (value: string): Identifier => ({ type: "user_id", value });
const tablet: Identifier = { type: "anonymous_id", value: "tablet" };

const done = (messageId: string, eventTime: number, ...identifiers: readonly Identifier[]): Event => ({
  messageId,
  source: "shop",
  trust: "browser",
  type: "track",
  name: "Seen",
  identifiers: [...identifiers].sort(compareIdentifiers),
  eventTime,
  receivedAt: eventTime,
  properties: {},
  traits: {},
  context: {},
  ...anonymousIdOf(identifiers),
});

/** As events have it: named beside the identifier that is made of it. */
function anonymousIdOf(identifiers: readonly Identifier[]): { readonly anonymousId?: string } {
  const found = identifiers.find(({ type }) => type === "anonymous_id");
  return found === undefined ? {} : { anonymousId: found.value };
}

let lake: DuckDbLake;
beforeAll(async () => {
  lake = await duckDbLake();
});
beforeEach(async () => lake.clear());
afterAll(() => lake.close());

/** Takes events into profiles and lake, batch by batch. */
async function take(batches: readonly (readonly Event[])[], rules = strict) {
  const store = memoryProfileStore();
  for (const events of batches) {
    const { changes } = await absorbEvents({ store, pause: async () => {} }, { events, assertions: [] }, rules);
    await lake.append("events_log", events.map(eventsLogRow));
    for (const change of changes) {
      const rows = changeRows(change, rules, 0);
      await lake.append("identity_changes", rows.identity_changes);
    }
  }
  return store;
}

type Store = Awaited<ReturnType<typeof take>>;

const profileOf = async (store: Store, identifier: Identifier, rules = strict) =>
  findProfile(store, identifierKey(identifier), rules);

/** The reference: an event without a name, on a shared device, belongs to the latest login at or before it. */
async function ownerOf(event: Event, all: readonly Event[], store: Store): Promise<string | undefined> {
  const [key] = event.identifiers as [Identifier];
  const found = await profileOf(store, key);
  const isShared =
    found && followsLogins(found.component, partitionOf(found.component, strict)).has(identifierKey(key));
  const logins = all
    .filter(
      ({ identifiers: [name, ...others] }) => name?.type === "user_id" && others.some((one) => text(one) === text(key)),
    )
    .filter(({ eventTime }) => isShared === true && eventTime <= event.eventTime)
    .sort((x, y) => x.eventTime - y.eventTime || (text(x.identifiers[0]) < text(y.identifiers[0]) ? -1 : 1));
  const owner = logins.at(-1)?.identifiers[0];
  return (owner ? await profileOf(store, owner) : found)?.group.id;
}

const text = (identifier: Identifier | undefined): string => (identifier ? identifierText(identifier) : "");

const ownersInLake = async (): Promise<Record<string, unknown>> => {
  const { rows } = await lake.query("SELECT message_id, profile_id FROM events");
  return Object.fromEntries(rows.map(([messageId, profileId]) => [messageId, profileId]));
};

describe("a tablet that three people share", () => {
  const people = ["ana", "bob", "eve"];
  const logins = people.map((name, nth) => done(`${name} logs in`, 10 + 10 * nth, user(name), tablet));
  const between = [5, 10, 15, 25, 35, 99].map((at) => done(`at ${at}`, at, tablet));

  it.each([
    ["in the profile of the first of them, by the limit", patient, "ana"],
    ["in nobody's, as more people use it than one person could be", strict, undefined],
  ])("is %s; what is done there without a name belongs to whoever logged in last", async (_, rules, holder) => {
    const store = await take([[...between, ...logins]], rules);
    const idOf = async (name: string) => (await profileOf(store, user(name), rules))?.group.id;
    const [ana, bob, eve] = await Promise.all(people.map(idOf));
    expect(new Set([ana, bob, eve]).size).toBe(3);
    expect(await ownersInLake()).toMatchObject({
      "at 10": ana,
      "at 15": ana,
      "at 25": bob,
      "at 35": eve,
      "at 99": eve,
    });
    // Before anybody had logged in, it is the device's own.
    const own = (await profileOf(store, tablet, rules))?.group.id;
    expect((await ownersInLake())["at 5"]).toBe(own);
    expect([ana, bob, eve].includes(own) ? "ana" : undefined).toBe(holder);
  });

  it("merges nobody", async () => {
    const store = await take([[...between, ...logins]]);
    for (const name of people)
      expect((await profileOf(store, user(name)))?.group.members.map(([key]) => key)).toEqual([
        identifierKey(user(name)),
      ]);
  });

  it("is one person's again, with all its events, where only one person ever logged in", async () => {
    const store = await take([[...between, ...logins.slice(0, 1)]]);
    const ana = (await profileOf(store, user("ana")))?.group.id;
    expect(new Set(Object.values(await ownersInLake()))).toEqual(new Set([ana]));
  });
});

describe("events of shared devices, over generated histories", () => {
  const identifiers = fc.oneof(
    fc
      .constantFrom(tablet, { type: "device_id", value: "till 1" }, { type: "anonymous_id", value: 'a "quoted" one' })
      .map((device) => [device]),
    fc
      .tuple(
        fc.constantFrom("ana", "bob", "eve", "zoé: b").map(user),
        fc.uniqueArray(
          fc.constantFrom(tablet, { type: "device_id", value: "till 1" }, { type: "anonymous_id", value: "phone" }),
          {
            selector: ({ type }) => type,
            maxLength: 2,
          },
        ),
      )
      .map(([name, devices]) => [name, ...devices]),
  );
  const history = fc
    .array(fc.tuple(identifiers, fc.integer({ min: 1, max: 6 })), { minLength: 1, maxLength: 14 })
    .map((all) => all.map(([names, at], nth) => done(`m${nth}`, at, ...names)));

  it("are attributed by SQL as the reference says, in any order, cut anyhow, some told twice", async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.integer(), async (events, seed) => {
        await lake.clear();
        const random = randomFrom(seed);
        const again = events.filter(() => random() < 0.3);
        const store = await take(cut(shuffled([...events, ...again], random), 5, random));
        const expected = await Promise.all(
          events.map(async (event) => [event.messageId, await ownerOf(event, events, store)] as const),
        );
        expect(await ownersInLake()).toEqual(Object.fromEntries(expected));
      }),
      { numRuns: 60 },
    );
  });
});
