import type { BenchContext, Measure } from "./benchmark.ts";

/** The value below which the share `q` (0 to 1) of all values lies: the nearest rank, so always one that was measured. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((x, y) => x - y);
  const rank = Math.min(sorted.length, Math.max(1, Math.ceil(q * sorted.length)));
  const value = sorted[rank - 1];
  if (value === undefined) throw new Error("nothing was measured");
  return value;
}

export function median(values: readonly number[]): number {
  const lower = quantile(values, 0.5);
  return values.length % 2 === 1 ? lower : (lower + quantile(values, (values.length / 2 + 1) / values.length)) / 2;
}

export const measureOf = (values: readonly number[]): Measure => ({
  median: median(values),
  low: Math.min(...values),
  high: Math.max(...values),
  rounds: values.length,
});

/**
 * Runs a round so many times; fewer where the next would likely end after the benchmark's time, and only once in a
 * quick run. At least once, whatever it takes.
 */
export async function rounds<T>(
  context: BenchContext,
  atMost: number,
  round: (nth: number) => Promise<T>,
): Promise<readonly T[]> {
  const most = context.quick ? 1 : atMost;
  const results: T[] = [];
  for (let longest = 0; results.length < most; ) {
    const began = performance.now();
    if (results.length > 0 && began + longest > context.until) break;
    context.progress(`round ${results.length + 1} of ${most}`);
    results.push(await round(results.length));
    longest = Math.max(longest, performance.now() - began);
  }
  return results;
}

/** How many seconds something took, the median of three. For limits, which vary little. */
export async function secondsFor(work: (nth: number) => void | Promise<void>, times = 3): Promise<number> {
  const taken: number[] = [];
  for (let nth = 0; nth < times; nth++) {
    const began = performance.now();
    await work(nth);
    taken.push((performance.now() - began) / 1_000);
  }
  return median(taken);
}

/** The rate of several things done one after the other by one thread: what is left of each one's rate. */
export const oneAfterTheOther = (rates: readonly number[]): number =>
  1 / rates.reduce((seconds, rate) => seconds + 1 / rate, 0);
