import { setImmediate as breathe } from "node:timers/promises";
import type { Delivery } from "./shop-world.ts";

/** The deliveries of a run, taken one by one. */
export interface Script {
  /** The next one that is sent before the instant; `undefined` where that one is later, or where no more are wanted. */
  next(before: number): Delivery | undefined;
  /** Leaves out everything that is sent before the instant. */
  skipTo(instant: number): Promise<void>;
  /** Whether as many as wanted were taken. */
  readonly isOver: boolean;
  /** How many were taken. */
  readonly taken: number;
}

export function scriptOf(deliveries: Iterator<Delivery, unknown>, wanted: number): Script {
  let taken = 0;
  let ahead: Delivery | undefined;
  const look = (): Delivery | undefined => {
    if (ahead === undefined) {
      const { value, done } = deliveries.next();
      if (done !== true) ahead = value;
    }
    return ahead;
  };
  return {
    next: (before) => {
      const delivery = taken < wanted ? look() : undefined;
      if (delivery === undefined || delivery.at >= before) return undefined;
      ahead = undefined;
      taken++;
      return delivery;
    },
    skipTo: async (instant) => {
      for (let skipped = 1; (look()?.at ?? instant) < instant; skipped++) {
        ahead = undefined;
        // The server that is demonstrated may run in this very process, and has others to answer.
        if (skipped % 2_000 === 0) await breathe();
      }
    },
    get isOver() {
      return taken >= wanted;
    },
    get taken() {
      return taken;
    },
  };
}
