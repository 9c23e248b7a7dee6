import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Event } from "#core/events/event.ts";
import { IdentityRules } from "#core/identity/identity-rules.ts";
import { identifierText } from "#core/kernel/identifier.ts";
import { absorbEvents, type ComponentChange } from "#core/profiles/absorb-events.flow.ts";
import type { ChangeRows } from "#core/profiles/change-rows.ts";
import type { Assertion } from "#core/profiles/evidence.ts";
import { findProfile } from "#core/profiles/find-profile.flow.ts";
import type { ProfileStore } from "#core/profiles/ports.ts";
import { identifierKeyIn } from "#core/profiles/profile-id.ts";
import { type ChangeStream, streamingStore } from "./change-stream.ts";
import { type History, tightRules } from "./histories.ts";
import { cut, randomFrom, shuffled } from "./random.ts";
import { type PlainProfile, referenceProfiles } from "./reference-profiles.ts";
import { assertDecisions, assertStory, replayed, rowsOf } from "./replayed-rows.ts";
import { storedProfiles } from "./stored-profiles.ts";
import { InjectedFault, unsteadyStore } from "./unsteady-store.ts";

/** How a history comes to a store. */
export interface Delivery {
  readonly rules: IdentityRules;
  /** In so many stretches, after each of which all is quiet and everything is looked at. */
  readonly stretches: number;
  readonly workers: number;
  readonly faults: number;
  readonly longestBatch: number;
  /** Which part of what was said comes twice, at once or in a later stretch. */
  readonly repeated: number;
  readonly seed: number;
}

const RULES: readonly IdentityRules[] = [
  tightRules,
  IdentityRules.parse({}),
  IdentityRules.parse({ limits: { user_id: 2, anonymous_id: 2, email: 1 }, maxIdentifiers: 6, sharedAbove: 3 }),
  IdentityRules.parse({ limits: {}, maxIdentifiers: 3, sharedAbove: 1, priority: ["anonymous_id", "loyalty_card"] }),
];

export const deliveries = (workers: fc.Arbitrary<number>, mostFaults: number): fc.Arbitrary<Delivery> =>
  fc.record({
    rules: fc.constantFrom(...RULES),
    stretches: fc.constantFrom(1, 1, 2, 3),
    workers,
    faults: fc.integer({ min: 0, max: mostFaults }),
    longestBatch: fc.constantFrom(1, 3, 10, 40),
    repeated: fc.constantFrom(0, 0.3),
    seed: fc.integer(),
  });

type Said = { readonly event: Event } | { readonly assertion: Assertion };

const batchOf = (said: readonly Said[]): History => ({
  events: said.flatMap((one) => ("event" in one ? [one.event] : [])),
  assertions: said.flatMap((one) => ("assertion" in one ? [one.assertion] : [])),
});

/** A store that is empty. */
export interface Provable {
  readonly store: ProfileStore;
  /** The same as workers are to reach it: where faults strike below the port, and only the engine knows what it did. */
  readonly behindFaults?: {
    readonly store: ProfileStore;
    readonly stream: ChangeStream;
    /** Whether this is one of the faults, after which the queue delivers again. */
    readonly isFault: (error: unknown) => boolean;
  };
}

/**
 * Delivers a history as a queue does, in some order, cut anyhow, some of it twice, again until it is acknowledged, to
 * workers that race and die, and holds what the store answers, and what the lake was told, against the reference
 * wherever all is quiet. Throws where they differ.
 */
export async function proveHistory(opened: Provable, history: History, how: Delivery): Promise<void> {
  const random = randomFrom(how.seed);
  const proving = opened.behindFaults ?? { ...streamingStore(opened.store), isFault: () => false };
  const all: Said[] = [
    ...history.events.map((event) => ({ event })),
    ...history.assertions.map((assertion) => ({ assertion })),
  ];
  const mixed = shuffled(all, random);
  const size = Math.max(1, Math.ceil(mixed.length / how.stretches));
  for (let at = 0; at < mixed.length; at += size) {
    const said = mixed.slice(0, at + size);
    const again = said.filter(() => random() < how.repeated);
    await deliver(proving, shuffled([...said.slice(at), ...again], random), how, random);
    const quiet = { store: opened.store, changes: proving.stream.changes, random };
    await assertQuiet(quiet, batchOf(said), how.rules);
  }
}

/** Resolves once every batch was acknowledged. */
async function deliver(
  { store, isFault }: Pick<NonNullable<Provable["behindFaults"]>, "store" | "isFault">,
  said: readonly Said[],
  { workers, faults, longestBatch, rules }: Delivery,
  random: () => number,
): Promise<void> {
  const queue = cut(said, longestBatch, random).map(batchOf);
  const unsteady = unsteadyStore(store, random, faults);
  const work = async (): Promise<void> => {
    for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
      try {
        await absorbEvents({ store: unsteady, pause: async () => {} }, batch, rules);
      } catch (fault) {
        const isExpected = fault instanceof InjectedFault || String(fault).includes("written by others");
        if (!isExpected && !isFault(fault)) throw fault;
        queue.splice(Math.floor(random() * (queue.length + 1)), 0, batch);
      }
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
}

interface Quiet {
  readonly store: ProfileStore;
  readonly changes: readonly ComponentChange[];
  readonly random: () => number;
}

async function assertQuiet({ store, changes, random }: Quiet, said: History, rules: IdentityRules): Promise<void> {
  const stored = await storedProfiles(store, said, rules);
  assert.deepEqual(stored, referenceProfiles(said, rules));
  assertConstraints(stored, said, rules);
  const rows = rowsOf(shuffled([...changes, ...changes.filter(() => random() < 0.3)], random), rules);
  const { identityMap, profiles, consents } = replayed(rows);
  assert.deepEqual(
    identityMap,
    Object.fromEntries(stored.flatMap(({ id, identifiers }) => identifiers.map((each) => [each, id]))),
  );
  assert.deepEqual(
    profiles,
    stored.map(({ id, identifiers, traits, consent }) => ({ id, identifiers, traits, consent })),
  );
  assert.deepEqual(consents, Object.fromEntries(stored.map(({ id, consent }) => [id, consent])));
  assertStory(rows);
  assertDecisions(rows, said);
  await assertAliases(store, rows, rules);
}

/** Said again beside the reference, which might break a rule in the same way. */
function assertConstraints(profiles: readonly PlainProfile[], said: History, rules: IdentityRules): void {
  const retracted = new Set(said.assertions.flatMap((one) => (one.kind === "retraction" ? [one.link] : [])));
  const apart = said.assertions.flatMap((one) =>
    one.kind === "link" && one.link.verdict === "different" && !retracted.has(one.link.id)
      ? [one.between.map(identifierText)]
      : [],
  );
  for (const { identifiers } of profiles) {
    assert.ok(identifiers.length <= rules.maxIdentifiers);
    for (const [type, most] of Object.entries(rules.limits)) {
      assert.ok(identifiers.filter((each) => each.startsWith(`${type}:`)).length <= Math.max(1, most));
    }
    assert.ok(!apart.some((ends) => ends.every((end) => identifiers.includes(end))));
  }
}

/** Every id that a profile ever had leads to a profile that is; `findProfile` throws where pointers go in a circle. */
async function assertAliases(store: ProfileStore, rows: ChangeRows, rules: IdentityRules): Promise<void> {
  for (const id of new Set(rows.identity_changes.map(({ profile_id }) => profile_id))) {
    const key = identifierKeyIn(id);
    const found = key === undefined ? undefined : await findProfile(store, key, rules);
    assert.ok(
      found?.group.members.some(([member]) => member === key),
      `${id} leads nowhere`,
    );
  }
}
