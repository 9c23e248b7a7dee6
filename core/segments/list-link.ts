import type { IdentifierKey } from "#core/kernel/identifier.ts";
import { compareText } from "#core/kernel/order.ts";
import type { ListLink } from "./list-definition.ts";

/** A link of a list whose identifiers are at hand: all of them, by their keys, in parts. */
export interface ListLinkKeys extends ListLink {
  /** False for a part of an upload of which more is to come. */
  readonly ends: boolean;
  /** Different identifiers. */
  readonly keys: number;
  /** The first key of each part. Keys are in text order, from part to part too. */
  readonly firsts: readonly IdentifierKey[];
}

/** One part's keys, one behind another: all keys are equally long. */
export type ListPart = string;

/** Which part of which list's link. Parts of a link are numbered from 0. */
export interface ListPartPlace {
  readonly listId: string;
  readonly version: number;
  readonly part: number;
}

/** Keys in one part: some 46 kB, which is read whole to find one. */
const PART_KEYS = 2_000;
/** A digit and a digest (`identifierKey`). */
const KEY_LENGTH = 23;

/** A link's keys made ready to be kept, each once. */
export function packedLink(
  link: ListLink & Pick<ListLinkKeys, "ends">,
  keys: Iterable<IdentifierKey>,
  partKeys = PART_KEYS,
): { readonly link: ListLinkKeys; readonly parts: readonly ListPart[] } {
  const sorted = [...new Set(keys)].sort(compareText);
  const starts = Array.from({ length: Math.ceil(sorted.length / partKeys) }, (_, nth) => nth * partKeys);
  return {
    link: { ...link, keys: sorted.length, firsts: starts.map((start) => sorted[start] as IdentifierKey) },
    parts: starts.map((start) => sorted.slice(start, start + partKeys).join("")),
  };
}

/** The number of the part that holds a key if any of the link's does; `undefined` where none can. */
export function partFor({ firsts }: Pick<ListLinkKeys, "firsts">, key: IdentifierKey): number | undefined {
  const place = placeAbove(firsts.length, (nth) => (firsts[nth] as IdentifierKey) <= key);
  return place === 0 ? undefined : place - 1;
}

export function partHolds(part: ListPart, key: IdentifierKey): boolean {
  const at = (nth: number): string => part.slice(nth * KEY_LENGTH, (nth + 1) * KEY_LENGTH);
  const place = placeAbove(part.length / KEY_LENGTH, (nth) => at(nth) <= key);
  return place > 0 && at(place - 1) === key;
}

/** Some of a part's keys, in order, from a place on. */
export const keysInPart = (part: ListPart, from: number, limit: number): readonly IdentifierKey[] =>
  Array.from(
    { length: Math.max(0, Math.min(limit, part.length / KEY_LENGTH - from)) },
    (_, nth) => part.slice((from + nth) * KEY_LENGTH, (from + nth + 1) * KEY_LENGTH) as IdentifierKey,
  );

/** How many of the first places pass, where all that pass come before all that do not. */
function placeAbove(length: number, passes: (place: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (passes(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
