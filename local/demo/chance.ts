import { hash } from "node:crypto";

/** A stream of chance that is the same for the same seed, on every machine and in every version of Node. */
export interface Chance {
  /** Uniform, 0 ≤ x < 1. */
  next(): number;
  /** A whole number, 0 ≤ n < `bound`. */
  below(bound: number): number;
  /** A whole number, `low` ≤ n ≤ `high`. */
  between(low: number, high: number): number;
  happens(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** Picks by weight; weights need not add up to one. */
  weighted<T>(items: readonly (readonly [T, number])[]): T;
  /** How many times something happens that happens `mean` times on average (Poisson; for small means). */
  times(mean: number): number;
  /** A stream of its own, which neither disturbs this one nor is disturbed by how much was drawn from it. */
  fork(name: string): Chance;
}

/** sfc32 (Chris Doty-Humphrey, PractRand), seeded with the first 128 bits of the seed's SHA-256. */
export function chanceOf(seed: string): Chance {
  const next = sfc32(hash("sha256", seed, "buffer"));
  const below = (bound: number): number => Math.floor(next() * bound);
  return {
    next,
    below,
    between: (low, high) => low + below(high - low + 1),
    happens: (probability) => next() < probability,
    pick: (items) => itemAt(items, below(items.length)),
    weighted: (items) => weighted(items, next()),
    times: (mean) => poisson(mean, next),
    fork: (name) => chanceOf(`${seed}/${name}`),
  };
}

function itemAt<T>(items: readonly T[], position: number): T {
  if (items.length === 0) throw new Error("there is nothing to pick from");
  return items[position] as T;
}

function weighted<T>(items: readonly (readonly [T, number])[], at: number): T {
  let left = at * items.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [item, weight] of items) {
    left -= weight;
    if (left < 0) return item;
  }
  return itemAt(items, items.length - 1)[0];
}

/** Knuth's method: as many draws as the product of uniforms stays above e^-mean. */
function poisson(mean: number, next: () => number): number {
  const floor = Math.exp(-mean);
  let count = 0;
  for (let product = next(); product > floor; product *= next()) count++;
  return count;
}

function sfc32(seed: Buffer): () => number {
  let [a, b, c, counter] = [seed.readInt32LE(0), seed.readInt32LE(4), seed.readInt32LE(8), seed.readInt32LE(12)];
  return () => {
    const mixed = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + mixed;
    c |= 0;
    return (mixed >>> 0) / 4_294_967_296;
  };
}
