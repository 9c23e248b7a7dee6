import fc from "fast-check";
import type { ResolvedCondition } from "#core/segments/condition.ts";
import { condition, sequence } from "./conditions.ts";
import { type World, worldOfUpTo } from "./world.ts";

/** What other engines are asked, too: the same seed gives the same. `NOW` of `world.ts` is the instant to ask at. */
export interface Generated {
  readonly world: World;
  /** Two in three of any kind, one in three a sequence of events. */
  readonly conditions: readonly ResolvedCondition[];
}

/** So many different conditions, and a world of at most so many people with some ten events each to ask them of. */
export function generated(seed: number, count: number, people: number): Generated {
  const sequences = Math.floor(count / 3);
  // Some are large and some are small, by the seed: the fullest of a few.
  const [world] = fc
    .sample(worldOfUpTo(people, 20), { numRuns: 5, seed })
    .toSorted((x, y) => y.rows.events_log.length - x.rows.events_log.length) as [World];
  return {
    world,
    conditions: [
      ...different(condition, count - sequences, seed),
      ...different(sequence as fc.Arbitrary<ResolvedCondition>, sequences, seed),
    ],
  };
}

function different(arbitrary: fc.Arbitrary<ResolvedCondition>, count: number, seed: number): ResolvedCondition[] {
  const texts = fc.sample(arbitrary, { numRuns: count * 3, seed }).map((each) => JSON.stringify(each));
  const all = [...new Set(texts)].slice(0, count).map((text) => JSON.parse(text) as ResolvedCondition);
  if (all.length < count) throw new Error(`only ${all.length} of ${count} conditions are different; take another seed`);
  return all;
}
