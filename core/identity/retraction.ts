import { compareStamps, compareText, type Stamp } from "#core/kernel/order.ts";
import type { ActKind } from "./link.ts";

/**
 * That a link was taken back, by whom, when and why. All of it is absent where it was taken back before this was
 * written down, and of a retraction that named nobody.
 */
export interface Retraction {
  readonly first?: Stamp;
  readonly who?: string;
  readonly reason?: string;
  /** What it was part of; absent where the link was taken back by itself. */
  readonly act?: ActKind;
}

/** What is known of those that nobody wrote down. */
export const unknownRetraction: Retraction = {};

const NEVER: Stamp = { at: Number.POSITIVE_INFINITY, by: "" };

/**
 * Two who took the same link back: the first of them did it, and the other changed nothing. Answers `x` itself where
 * `y` adds nothing. A minimum of a total order, so that it is the same in any order.
 */
export function joinRetractions(x: Retraction, y: Retraction): Retraction {
  const [mine, theirs] = [x.first ?? NEVER, y.first ?? NEVER];
  // Two infinities have no difference.
  const order = mine.at === theirs.at ? compareText(mine.by, theirs.by) : compareStamps(mine, theirs);
  const words = order || compareText(wordsOf(x), wordsOf(y));
  return words <= 0 ? x : y;
}

/** No reason is not an empty one: last, so that it decides where nothing else does. */
const wordsOf = ({ who, reason, act }: Retraction): string =>
  JSON.stringify([who ?? "", reason ?? "", act ?? "", typeof who, typeof reason]);
