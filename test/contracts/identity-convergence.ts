import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Event } from "#core/events/event.ts";
import { absorbEvents } from "#core/profiles/absorb-events.flow.ts";
import type { Assertion } from "#core/profiles/evidence.ts";
import type { ProfileStore } from "#core/profiles/ports.ts";
import { type History, histories, tightRules } from "./histories.ts";
import { cut, randomFrom, shuffled } from "./random.ts";
import { referenceProfiles } from "./reference-profiles.ts";
import { storedProfiles } from "./stored-profiles.ts";
import { Crash, unsteadyStore } from "./unsteady-store.ts";

type Said = { readonly event: Event } | { readonly assertion: Assertion };

interface Delivery {
  readonly workers: number;
  readonly faults: number;
  readonly longestBatch: number;
  readonly repeated: number;
  readonly seed: number;
}

const batchOf = (said: readonly Said[]): { events: readonly Event[]; assertions: readonly Assertion[] } => ({
  events: said.flatMap((one) => ("event" in one ? [one.event] : [])),
  assertions: said.flatMap((one) => ("assertion" in one ? [one.assertion] : [])),
});

/** Delivers a history as a queue does: in some order, cut anyhow, some of it twice, again until it is acknowledged. */
async function deliver(store: ProfileStore, history: History, how: Delivery): Promise<void> {
  const random = randomFrom(how.seed);
  const all: Said[] = [
    ...history.events.map((event) => ({ event })),
    ...history.assertions.map((assertion) => ({ assertion })),
  ];
  const again = all.filter(() => random() < how.repeated);
  const queue = cut(shuffled([...all, ...again], random), how.longestBatch, random).map(batchOf);
  const unsteady = unsteadyStore(store, random, how.faults);
  const work = async (): Promise<void> => {
    for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
      try {
        await absorbEvents({ store: unsteady, pause: async () => {} }, batch, tightRules);
      } catch (fault) {
        const isExpected = fault instanceof Crash || String(fault).includes("written by others");
        if (!isExpected) throw fault;
        queue.splice(Math.floor(random() * (queue.length + 1)), 0, batch);
      }
    }
  };
  await Promise.all(Array.from({ length: how.workers }, work));
}

/**
 * The promise of identity, for a store: whatever the order, the repetitions, the cuts, the workers racing and dying,
 * the profiles are those that the set of everything said gives. `open` gives an empty store each time.
 */
export function identityConvergence(
  name: string,
  open: () => Promise<{ readonly store: ProfileStore; readonly close: () => Promise<void> }>,
  { runs = 100 } = {},
): void {
  const check = async (history: History, how: Delivery): Promise<void> => {
    const { store, close } = await open();
    try {
      await deliver(store, history, how);
      expect(await storedProfiles(store, history, tightRules)).toEqual(referenceProfiles(history, tightRules));
    } finally {
      await close();
    }
  };
  const seed = fc.integer();
  describe(`identity converges on ${name}`, () => {
    it("one worker, any order, any repetition, any cuts", async () => {
      const delivery = fc.record({
        workers: fc.constant(1),
        faults: fc.constant(0),
        longestBatch: fc.constantFrom(1, 3, 40),
        repeated: fc.constantFrom(0, 0.4),
        seed,
      });
      await fc.assert(fc.asyncProperty(histories(), delivery, check), { numRuns: runs });
    });
    it("several workers, stale reads, refusals and crashes between any two writes, then redelivery", async () => {
      const delivery = fc.record({
        workers: fc.integer({ min: 2, max: 4 }),
        faults: fc.integer({ min: 0, max: 40 }),
        longestBatch: fc.constantFrom(1, 3, 10),
        repeated: fc.constantFrom(0, 0.3),
        seed,
      });
      await fc.assert(fc.asyncProperty(histories(), delivery, check), { numRuns: runs });
    });
  });
}
