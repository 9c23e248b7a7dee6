import type { IdentifierKey } from "#core/kernel/identifier.ts";
import type { ProfileStore, Stored, StoreWrite } from "#core/profiles/ports.ts";

/** The world breaks here: whoever asked hears no answer, and the queue delivers again. */
export class InjectedFault extends Error {
  override readonly name = "InjectedFault";
}

/**
 * A store as bad as a real one may be. It answers late, so that workers interleave; answers stale where freshness was
 * not asked for; throttles; refuses for no reason; makes a write and refuses it, as where a client that heard no answer
 * asked again and met its own write; makes a write and answers nothing; dies between any two writes. After `faults` of
 * these it behaves, so that redelivery comes to an end.
 */
export function unsteadyStore(store: ProfileStore, random: () => number, faults: number): ProfileStore {
  let left = faults;
  const strikes = (odds: number): boolean => left > 0 && random() < odds && left-- > 0;
  const seen = new Map<IdentifierKey, Stored | undefined>();
  const dawdle = async (): Promise<void> => {
    for (let turns = Math.floor(random() * 6); turns > 0; turns--) await Promise.resolve();
  };
  /** Whether the list was made, as far as whoever asked can tell. */
  const writeOne = async (list: readonly StoreWrite[]): Promise<boolean> => {
    await dawdle();
    if (strikes(0.05)) throw new InjectedFault("dies before a write");
    if (strikes(0.03)) throw new InjectedFault("throttled");
    if (strikes(0.1)) return false;
    const isMade = (await store.write([list])).size === 0;
    await dawdle();
    if (strikes(0.05)) throw new InjectedFault("times out after a write");
    return isMade && !strikes(0.05);
  };
  return {
    read: async (keys, options) => {
      await dawdle();
      if (strikes(0.03)) throw new InjectedFault("dies before a read");
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
        if (!(await writeOne(list))) refused.add(position);
      }
      await dawdle();
      return refused;
    },
  };
}
