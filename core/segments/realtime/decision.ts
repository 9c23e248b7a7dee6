import type { EpochMs } from "#core/kernel/time.ts";

/**
 * What a condition comes to for somebody of whom not everything is known, and how long that stands if nothing happens:
 * at every instant from now until before `until` the answer would be the same. `undefined` where what is not known
 * could make it either; then `until` is when it may be worth asking again.
 */
export interface Decision {
  readonly answer: boolean | undefined;
  readonly until: EpochMs;
}

export const NEVER = Number.POSITIVE_INFINITY;

const YES: Decision = { answer: true, until: NEVER };
const NO: Decision = { answer: false, until: NEVER };

export function decided(answer: boolean | undefined, until: EpochMs = NEVER): Decision {
  if (until !== NEVER || answer === undefined) return { answer, until };
  return answer ? YES : NO;
}

/** Kleene's `and`: one that is false is enough, and it is false for as long as any of those stays so. */
export const allOf = (parts: readonly Decision[]): Decision => combined(parts, false);

/** Kleene's `or`. */
export const anyOf = (parts: readonly Decision[]): Decision => combined(parts, true);

export const notOf = ({ answer, until }: Decision): Decision =>
  decided(answer === undefined ? undefined : !answer, until);

function combined(parts: readonly Decision[], enough: boolean): Decision {
  let [answer, until, enoughUntil]: [boolean | undefined, EpochMs, EpochMs] = [
    !enough,
    NEVER,
    Number.NEGATIVE_INFINITY,
  ];
  for (const part of parts) {
    if (part.answer === enough) enoughUntil = Math.max(enoughUntil, part.until);
    else if (part.answer === undefined) answer = undefined;
    until = Math.min(until, part.until);
  }
  return enoughUntil === Number.NEGATIVE_INFINITY ? decided(answer, until) : decided(enough, enoughUntil);
}
