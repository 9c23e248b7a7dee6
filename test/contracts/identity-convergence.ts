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
  const holds = (how: fc.Arbitrary<Delivery>) => fc.asyncProperty(histories(), how, check);
  describe(`identity converges on ${name}`, () => {
    it("one worker, any order, any repetition, any cuts", async () => {
      await fc.assert(holds(deliveries(fc.constant(1), 0)), { numRuns: runs });
    });
    it("several workers, stale reads, throttles, refusals, time-outs after success and crashes between any two writes, then redelivery", async () => {
      await fc.assert(holds(deliveries(fc.integer({ min: 2, max: mostWorkers }), 60)), { numRuns: runs });
    });
  });
}
