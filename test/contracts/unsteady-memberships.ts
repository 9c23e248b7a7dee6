import { setImmediate } from "node:timers/promises";
import type { BesideProfiles, MembershipStore } from "#core/segments/ports.ts";
import { InjectedFault } from "./unsteady-store.ts";

/** Waits a little, so that others come in between. */
export const dawdle = async (random: () => number): Promise<void> => {
  for (let turns = Math.floor(random() * 12); turns > 0; turns--) await Promise.resolve();
};

/** Sometimes so long that everybody else, those who rest included, has a few turns meanwhile. */
export const dawdleLong = async (random: () => number): Promise<void> => {
  await dawdle(random);
  if (random() < 0.3) for (let turns = Math.floor(random() * 8); turns > 0; turns--) await setImmediate();
};

/** As a queue does: what failed comes again. */
export async function untilDone<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const isOverrun = error instanceof Error && error.message.includes("all the time");
      if (!(error instanceof InjectedFault) && !isOverrun) throw error;
    }
  }
}

/** A store as bad as a real one may be: see `unsteadyStore`. */
export function unsteadyMemberships(store: MembershipStore, random: () => number, faults: number): MembershipStore {
  let left = faults;
  const strikes = (odds: number): boolean => left > 0 && random() < odds && left-- > 0;
  return {
    of: async (ids) => {
      await dawdle(random);
      if (strikes(0.03)) throw new InjectedFault("dies before a read");
      const found = await store.of(ids);
      await dawdle(random);
      return found;
    },
    write: async (writes) => {
      const refused = new Set<number>();
      for (const [position, write] of writes.entries()) {
        await dawdle(random);
        if (strikes(0.08)) throw new InjectedFault("dies before a write");
        const isRefused = strikes(0.1) || (await store.write([write])).size > 0;
        if (strikes(0.08)) throw new InjectedFault("times out after a write");
        // Made, and refused: a client that heard no answer asked again, and met its own write.
        if (isRefused || strikes(0.05)) refused.add(position);
      }
      return refused;
    },
    due: async (now, limit) => {
      await dawdle(random);
      return store.due(now, limit);
    },
  };
}

/** Answers late, so that what it answered is no longer so, or not at all. */
export const unsteadyBeside = (beside: BesideProfiles, random: () => number, faults: number): BesideProfiles => {
  let left = faults;
  return {
    of: async (profiles, wanted) => {
      await dawdle(random);
      if (left > 0 && random() < 0.05 && left-- > 0) throw new InjectedFault("dies before a read");
      const found = await beside.of(profiles, wanted);
      await dawdleLong(random);
      return found;
    },
  };
};
