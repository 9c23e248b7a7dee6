import type { IdentifierKey } from "#core/kernel/identifier.ts";
import type { ProfileStore, Stored } from "#core/profiles/ports.ts";

/** The process dies here: between any two writes of a store, or before or after one that was made. */
export class Crash extends Error {
  override readonly name = "Crash";
}

/**
 * A store as bad as a real one may be: answers late, so that workers interleave; answers stale where freshness was not
 * asked for; refuses for no reason; dies in the middle of a list of writes. After `faults` of these it behaves, so that
 * redelivery comes to an end.
 */
export function unsteadyStore(store: ProfileStore, random: () => number, faults: number): ProfileStore {
  let left = faults;
  const strikes = (odds: number): boolean => left > 0 && random() < odds && left-- > 0;
  const seen = new Map<IdentifierKey, Stored | undefined>();
  const dawdle = async (): Promise<void> => {
    for (let turns = Math.floor(random() * 6); turns > 0; turns--) await Promise.resolve();
  };
  return {
    read: async (keys, options) => {
      await dawdle();
      if (strikes(0.03)) throw new Crash("before a read");
      const answer = new Map(await store.read(keys, options));
      for (const key of keys) {
        const now = answer.get(key);
        const stale = seen.get(key);
        if (options?.fresh !== true && seen.has(key) && strikes(0.3)) {
          if (stale === undefined) answer.delete(key);
          else answer.set(key, stale);
        } else seen.set(key, now);
      }
      await dawdle();
      return answer;
    },
    write: async (lists) => {
      const refused = new Set<number>();
      for (const [position, list] of lists.entries()) {
        await dawdle();
        if (strikes(0.05)) throw new Crash("between writes");
        if (strikes(0.1)) refused.add(position);
        else if ((await store.write([list])).size > 0) refused.add(position);
      }
      await dawdle();
      if (strikes(0.05)) throw new Crash("after the writes, before the answer");
      return refused;
    },
  };
}
