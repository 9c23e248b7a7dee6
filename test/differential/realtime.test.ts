import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memoryProfileStore } from "#adapters/memory/profile-store.ts";
import type { Event } from "#core/events/event.ts";
import { defaultIdentityRules, type IdentityRules } from "#core/identity/identity-rules.ts";
import { type IdentifierKey, identifierKey } from "#core/kernel/identifier.ts";
import type { Json, JsonObject } from "#core/kernel/json.ts";
import { compareText } from "#core/kernel/order.ts";
import { DAY, HOUR } from "#core/kernel/time.ts";
import { absorbEvents } from "#core/profiles/absorb-events.flow.ts";
import type { Component } from "#core/profiles/component.ts";
import type { Assertion } from "#core/profiles/evidence.ts";
import { followsLogins } from "#core/profiles/follows-logins.ts";
import { groupsIn, type ProfileGroup, partitionOf, profileOf } from "#core/profiles/profiles-of.ts";
import type { ResolvedCondition } from "#core/segments/condition.ts";
import { matches } from "#core/segments/matches.ts";
import { distinctEvents, type KnownBeside, personOf } from "#core/segments/person.ts";
import { Deciders, lookAt } from "#core/segments/realtime/decider.ts";
import { knownPersonOf } from "#core/segments/realtime/known-person.ts";
import { condition } from "./conditions.ts";
import { NAMES, NOW, PROPERTIES, PURPOSES, TEXTS, TRAITS } from "./world.ts";

/** Each is a history taken in as the resolver does, with eight conditions asked of everybody in it. */
const RUNS = Number(process.env.DIFFERENTIAL_RUNS ?? 60) * 3;
const PATIENCE = 300_000 + RUNS * 500;

/** Few are remembered, so that most histories are longer than what a fragment keeps. */
const RULES: IdentityRules = { ...defaultIdentityRules, recentEvents: 3 };

interface Done {
  readonly user: number;
  readonly device: number;
  readonly name: string;
  readonly at: number;
  readonly lateBy: number;
  readonly properties: JsonObject;
  readonly traits: JsonObject;
  readonly consent: Readonly<Record<string, boolean>>;
  readonly copies: number;
}

const few = <T extends Json>(names: readonly string[], value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
  fc.dictionary(fc.constantFrom(...names.filter((name) => !name.includes("."))), value, { maxKeys: 2 });
const value = fc.oneof<fc.Arbitrary<Json>[]>(
  fc.constantFrom(...TEXTS),
  fc.constantFrom(0, 1, 2, 18, 50),
  fc.constantFrom("2026-03-29", "2026-03-30T09:30:00.500Z", "2026-04-01"),
);
const at = fc.oneof(
  fc
    .tuple(fc.constantFrom(0, DAY, 2 * DAY, 7 * DAY, 23 * HOUR, 24 * HOUR), fc.constantFrom(-HOUR, -1, 0, 1, HOUR))
    .map(([before, shift]) => NOW - before + shift),
  fc.integer({ min: NOW - 20 * DAY, max: NOW + DAY }),
);
const done: fc.Arbitrary<Done> = fc.record({
  // -1: the event does not carry one.
  user: fc.integer({ min: -1, max: 2 }),
  device: fc.integer({ min: -1, max: 3 }),
  name: fc.constantFrom(...NAMES),
  at,
  lateBy: fc.constantFrom(0, 1, DAY),
  properties: few(PROPERTIES, value),
  traits: few(TRAITS, value),
  consent: few(PURPOSES, fc.boolean()),
  copies: fc.constantFrom(1, 1, 2),
});

interface History {
  readonly events: readonly Event[];
  /** How many come in together. */
  readonly batch: number;
  /** Which of the links, by place, people take back in the end. */
  readonly unlinked: readonly number[];
}

const history: fc.Arbitrary<History> = fc.record({
  events: fc.array(done, { minLength: 1, maxLength: 16 }).map((doings) => doings.flatMap(copiesOf)),
  batch: fc.integer({ min: 1, max: 6 }),
  unlinked: fc.array(fc.nat(8), { maxLength: 2 }),
});

function copiesOf(doing: Done, nth: number): readonly Event[] {
  const { user, device, name, traits, consent, properties, lateBy, copies } = doing;
  const identifiers = [
    ...(user < 0 ? [] : [{ type: "user_id", value: `u${user}` }]),
    // A device that carries no login on its own is still somebody's.
    ...(device < 0 && user >= 0 ? [] : [{ type: "anonymous_id", value: `d${Math.max(device, 0)}` }]),
  ];
  return Array.from({ length: copies }, (_, copy) => ({
    messageId: `m${nth}`,
    source: "web",
    trust: "server",
    type: name === "identify" ? "identify" : "track",
    name,
    identifiers,
    eventTime: doing.at,
    receivedAt: doing.at + lateBy + copy,
    properties,
    traits,
    context: {},
    consent,
  }));
}

interface Knowing {
  readonly group: ProfileGroup;
  readonly following: ReadonlySet<IdentifierKey>;
  readonly events: readonly Event[];
}

/** Takes a history in, and says of each profile what its fragments know and what really happened. */
async function lived({ events, batch, unlinked }: History): Promise<readonly Knowing[]> {
  const store = memoryProfileStore();
  const ports = { store, pause: async () => {} };
  for (let from = 0; from < events.length; from += batch) {
    await absorbEvents(ports, { events: events.slice(from, from + batch), assertions: [] }, RULES);
  }
  const links = [...store.all.values()].flatMap((stored) =>
    stored.kind === "component" ? [...stored.component.links.keys()] : [],
  );
  const assertions = unlinked.flatMap((nth): readonly Assertion[] => {
    const link = links[nth];
    return link === undefined ? [] : [{ kind: "retraction", link }];
  });
  await absorbEvents(ports, { events: [], assertions }, RULES);
  return attributed(
    [...store.all.values()].flatMap((stored) => (stored.kind === "component" ? [stored.component] : [])),
    events,
  );
}

/** As the lake's views attribute events: to whom the key belongs, on shared devices to the latest login. */
function attributed(components: readonly Component[], events: readonly Event[]): readonly Knowing[] {
  const shapes = components.map((component) => {
    const partition = partitionOf(component, RULES);
    return { groups: groupsIn(component, partition, RULES), following: followsLogins(component, partition) };
  });
  const shared = new Set(shapes.flatMap(({ following }) => [...following]));
  const happened = distinctEvents(events);
  const ownerOf = (event: Event): IdentifierKey => {
    const [key] = event.identifiers.map(identifierKey) as [IdentifierKey];
    if (!shared.has(key)) return key;
    const logins = happened
      .filter(({ identifiers, eventTime }) => {
        const keys = identifiers.map(identifierKey);
        return identifiers[0]?.type === "user_id" && keys.includes(key) && eventTime <= event.eventTime;
      })
      .sort((x, y) => x.eventTime - y.eventTime || compareText(userOf(x), userOf(y)));
    const login = logins.at(-1)?.identifiers[0];
    return login === undefined ? key : identifierKey(login);
  };
  const owners = happened.map(ownerOf);
  return shapes.flatMap(({ groups, following }) =>
    groups.map((group) => ({
      group,
      following,
      events: happened.filter((_, nth) => group.members.some(([key]) => key === owners[nth])),
    })),
  );
}

const userOf = (event: Event): string => event.identifiers[0]?.value ?? "";

const beside: fc.Arbitrary<Required<KnownBeside>> = fc.record({
  computed: fc.constantFrom<JsonObject>({}, { ltv: 6 }, { ltv: 2 }),
  lists: fc.constantFrom<string[]>([], ["vip"]).map((ids) => new Set(ids)),
});

/** Instants that lie near every edge a condition may have, and just before `until`. */
const LATER = [
  0,
  1,
  HOUR - 1,
  HOUR,
  HOUR + 1,
  23 * HOUR,
  DAY - HOUR,
  DAY - 1,
  DAY,
  DAY + 1,
  2 * DAY,
  6.5 * DAY,
  7 * DAY,
];

function instantsBefore(until: number, { events }: Knowing): readonly number[] {
  const around = [NOW, ...events.map(({ eventTime }) => eventTime)];
  const all = [...around.flatMap((start) => LATER.map((later) => start + later)), until - 1];
  return all.filter((instant) => instant >= NOW && instant < until && Number.isFinite(instant));
}

describe("what is decided by fragments alone", () => {
  it(
    "is what the whole history says, now and at every instant until it says it may not be",
    async () => {
      const seen = { yes: 0, no: 0, unknown: 0 };
      await fc.assert(
        fc.asyncProperty(
          history,
          fc.array(condition, { minLength: 8, maxLength: 8 }),
          beside,
          fc.boolean(),
          async (lives, asked: readonly ResolvedCondition[], known, isBesideKnown) => {
            const deciders = new Deciders();
            for (const somebody of await lived(lives)) {
              const { group, following, events } = somebody;
              const whole = personOf(profileOf(group, 1), events, known);
              const look = lookAt(knownPersonOf(group, following, isBesideKnown ? known : {}), NOW);
              for (const each of asked) {
                const { answer, until } = deciders.of(each)(look);
                seen[answer === undefined ? "unknown" : answer ? "yes" : "no"]++;
                expect(until).toBeGreaterThan(NOW);
                if (answer === undefined) continue;
                for (const instant of instantsBefore(until, somebody)) {
                  expect(matches(each, whole, instant), `${JSON.stringify(each)} ${instant - NOW} later`).toBe(answer);
                }
              }
            }
          },
        ),
        { numRuns: RUNS },
      );
      // The test would be worth nothing if hardly anything were ever decided.
      expect(seen.yes + seen.no).toBeGreaterThan(seen.unknown);
      expect(seen.yes).toBeGreaterThan(seen.no / 10);
    },
    PATIENCE,
  );
});
