import type { EpochMs } from "#core/kernel/time.ts";
import type { SequenceStep } from "./condition.ts";
import { durationMs } from "./duration.ts";

/** How long a step comes after the one before it, in ms: `least ≤ t − t′ ≤ most`. */
export interface Gap {
  /** At least 1: strictly later. */
  readonly least: number;
  /** `undefined` where there is no end to it. */
  readonly most: number | undefined;
}

export function gapOf({ after }: Pick<SequenceStep, "after">): Gap {
  return {
    least: after?.atLeast === undefined ? 1 : durationMs(after.atLeast),
    most: after?.atMost === undefined ? undefined : durationMs(after.atMost),
  };
}

/** When the events happened that a step means, in no order, and how far it may be from the step before it. */
export interface ChainStep extends Gap {
  readonly times: readonly EpochMs[];
}

/** An event that ends a chain of steps, with the latest start that any chain ending there can have. */
interface End {
  readonly at: EpochMs;
  readonly start: EpochMs;
}

/**
 * Whether an event can be chosen for each step, each as long after the one before as its gap says, so that none of
 * `without` lies strictly between the first and the last. `SequenceCondition` says what that means to people.
 *
 * Of all chains that end at an event the one that began latest is kept: what must not lie in between lies between it
 * and its end only if it does so for every other chain. So nothing is tried out, and time grows with events × steps
 * (after sorting), whatever the gaps are. To take the first event that fits, and never look back, would be wrong:
 * a later one may leave the gap that the next step needs.
 */
export function sequencePasses(steps: readonly ChainStep[], without: readonly EpochMs[]): boolean {
  const [first, ...others] = steps;
  if (first === undefined) throw new Error("the sequence was not validated: it has no steps");
  let ends: readonly End[] = sorted(first.times).map((at) => ({ at, start: at }));
  for (const step of others) {
    if (ends.length === 0) return false;
    ends = extended(ends, step);
  }
  const barriers = sorted(without);
  return ends.some(({ at, start }) => start >= latestBefore(barriers, at));
}

const sorted = (times: readonly EpochMs[]): readonly EpochMs[] => times.toSorted((x, y) => x - y);

/** Chains one step longer. The candidates for each event are a stretch of `ends` that only ever moves on. */
function extended(ends: readonly End[], { times, least, most = Number.POSITIVE_INFINITY }: ChainStep): readonly End[] {
  const longer: End[] = [];
  // Candidates that may still be the best one: in order of time, each with a later start than all after it.
  const candidates: End[] = [];
  let [next, head] = [0, 0];
  for (const at of sorted(times)) {
    for (let end = ends[next]; end !== undefined && end.at <= at - least; end = ends[++next]) {
      while (candidates.length > head && (candidates.at(-1) as End).start <= end.start) candidates.pop();
      candidates.push(end);
    }
    while (head < candidates.length && (candidates[head] as End).at < at - most) head++;
    const best = candidates[head];
    if (best !== undefined) longer.push({ at, start: best.start });
  }
  return longer;
}

/** The latest of the sorted times that lies strictly before the instant. */
function latestBefore(times: readonly EpochMs[], at: EpochMs): EpochMs {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as EpochMs) < at) low = middle + 1;
    else high = middle;
  }
  return times[low - 1] ?? Number.NEGATIVE_INFINITY;
}
