import * as z from "zod";
import type { ListDefinition } from "./list-definition.ts";
import type { ListLinkKeys } from "./list-link.ts";

/**
 * What a list is at a moment: its last link that counts, with all before it in its chain. Where `nth` is 0 nobody is on
 * it, and `version` is the latest that was given out. So two moments between which it was something else never have the
 * same head.
 */
export const ListHead = z.object({ version: z.number(), base: z.number(), nth: z.number() });
export type ListHead = z.infer<typeof ListHead>;

/** Of a list that is not there, or of which nothing was asked yet. */
export const NO_HEAD: ListHead = { version: 0, base: 0, nth: 0 };

export function headOf(list: Pick<ListDefinition, "chain" | "lastVersion"> | undefined): ListHead {
  if (list === undefined) return NO_HEAD;
  if (list.chain === null) return { ...NO_HEAD, version: list.lastVersion };
  const { version, base, nth } = list.chain;
  return { version, base, nth };
}

export const isSameHead = (x: ListHead, y: ListHead): boolean => x.version === y.version && x.nth === y.nth;

/**
 * The links that make up a list, of all there are of it; `undefined` where they are not all there. Of a link that was
 * begun twice (its writer died) the later one counts, as in the lake (`list_links`).
 */
export function linksOf(all: readonly ListLinkKeys[], { base, nth }: ListHead): readonly ListLinkKeys[] | undefined {
  const standing = new Map<number, ListLinkKeys>();
  for (const link of all) {
    if (link.base !== base || link.nth > nth) continue;
    if ((standing.get(link.nth)?.version ?? 0) < link.version) standing.set(link.nth, link);
  }
  return standing.size === nth ? [...standing.values()] : undefined;
}

/** What is between a list as it was and as it is: whoever may have come or gone, in links; and who surely did neither. */
export interface ListMove {
  /** Of these every key may have been on the list or not at any time since; in order of version. */
  readonly links: readonly ListLinkKeys[];
  /** Whoever is in both of these was on the list all the while. Absent where nobody can be said to have been. */
  readonly stayed?: readonly [was: ListHead, became: ListHead];
}

/**
 * Who is to be looked at once a list is no longer what it was when all of them were. Between the two it may have been
 * something else again, by which somebody was looked at in passing: so every link counts that came since, whether or not
 * it is part of the list now, and nobody stayed if there was another list in between.
 */
export function moveOf(all: readonly ListLinkKeys[], was: ListHead, is: ListHead): ListMove {
  const ended = new Set(all.flatMap(({ base, ends }) => (ends ? [base] : [])));
  // What was nobody may have been given out as an import that ended later.
  const since = was.nth === 0 ? 0 : was.version;
  const isReplaced = was.nth > 0 && was.base !== is.base;
  const links = all
    .filter(({ version, base }) => ended.has(base) && (version > since || (isReplaced && base === was.base)))
    .sort((x, y) => x.version - y.version);
  if (!isReplaced || is.nth === 0) return { links };
  const wasOther = links.some(({ base }) => base !== was.base && base !== is.base);
  const first = links.find(({ base, ends }) => ends && base === is.base);
  return wasOther || first === undefined ? { links } : { links, stayed: [was, first] };
}
