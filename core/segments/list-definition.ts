import type { EpochMs } from "#core/kernel/time.ts";

/** A link of a list: what one request brought. See `ListMemberRow`. */
export interface ListLink {
  readonly version: number;
  readonly base: number;
  readonly nth: number;
}

/** A chain of links that counts, or is to count: its last link, and how many identifiers its links have. */
interface Chain extends ListLink {
  readonly identifiers: number;
}

/** An imported list. Who is on it stands in the lake; here stands what the next import must know. */
export interface ListDefinition {
  readonly name: string;
  readonly description?: string;
  /** The latest link version given out, whether or not its import came to an end. */
  readonly lastVersion: number;
  /** What the list is. */
  readonly chain: (Chain & { readonly importedAt: EpochMs }) | null;
  /** An upload of which more is to come. */
  readonly open: Chain | null;
  /** What is kept of a list that was deleted: the version behind which one made later under its id must begin. */
  readonly deleted?: true;
}

export type ImportMode = "replace" | "append" | "continue";

/**
 * The link that an import is to write; `undefined` where there is nothing to continue. Its version is later than any
 * given out, so that what an import left behind that died is never taken for part of another; adding to a list that has
 * nothing yet replaces nothing.
 */
export function nextLink(list: ListDefinition, mode: ImportMode, now: EpochMs): ListLink | undefined {
  const version = Math.max(now, list.lastVersion + 1);
  const before = mode === "append" ? list.chain : mode === "continue" ? list.open : null;
  if (mode === "continue" && before === null) return undefined;
  return before === null ? { version, base: version, nth: 1 } : { version, base: before.base, nth: before.nth + 1 };
}

/**
 * The list once a link's version is given out, and nothing of it written yet. What is added stands in the place of the
 * next part of an upload that was begun by adding too: that one is given up, whether or not this comes to an end, for
 * continued later it would be made of both.
 */
export function reservedFor(list: ListDefinition, mode: ImportMode, link: ListLink): ListDefinition {
  const isInItsPlace = mode !== "continue" && list.open?.base === link.base;
  return { ...list, lastVersion: link.version, open: isInItsPlace ? null : list.open };
}

/** The list once a link's rows are durable. While more is to come the list stays what it was. */
export function withLink(
  list: ListDefinition,
  mode: ImportMode,
  link: ListLink,
  { identifiers, more, now }: { readonly identifiers: number; readonly more: boolean; readonly now: EpochMs },
): ListDefinition {
  const before = mode === "append" ? list.chain : mode === "continue" ? list.open : null;
  const chain = { ...link, identifiers: (before?.identifiers ?? 0) + identifiers };
  return more ? { ...list, open: chain } : { ...list, open: null, chain: { ...chain, importedAt: now } };
}
