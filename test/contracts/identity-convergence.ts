import * as fc from "fast-check";
import { describe, it } from "vitest";
import { type History, histories } from "./histories.ts";
import { type Delivery, deliveries, type Provable, proveHistory } from "./prove-history.ts";

/** An empty store, and how to let it go. */
export type OpenEmptyStore = () => Promise<Provable & { readonly close: () => Promise<void> }>;

/**
 * The promise of identity, for a store: whatever the order, the repetitions, the cuts, the workers racing and dying,
 * the profiles are those that the set of everything said gives, and the lake is told of them exactly.
 */
export function identityConvergence(name: string, open: OpenEmptyStore, { runs = 100, mostWorkers = 10 } = {}): void {
  const check = async (history: History, how: Delivery): Promise<void> => {
    const opened = await open();
    try {
      await proveHistory(opened, history, how);
    } finally {
      await opened.close();
    }
  };
  const holds = async (how: fc.Arbitrary<Delivery>): Promise<void> =>
    fc.assert(fc.asyncProperty(histories(), how, check), { numRuns: runs });
  describe(`identity converges on ${name}`, () => {
    it("one worker, any order, any repetition, any cuts", async () => {
      await holds(deliveries(fc.constant(1), 0));
    });
    it("several workers, stale reads, throttles, refusals, time-outs after success and crashes between any two writes, then redelivery", async () => {
      await holds(deliveries(fc.integer({ min: 2, max: mostWorkers }), 60));
    });
  });
}
