import type { IdentifierKey } from "#core/kernel/identifier.ts";
import type { Component } from "./component.ts";
import type { EvidenceGroup } from "./evidence.ts";
import type { Stored } from "./ports.ts";

/** What reads have shown so far; `undefined` says that nothing stands at the key. */
export type Found = ReadonlyMap<IdentifierKey, Stored | undefined>;

/** Where following pointers from a key ends. */
export type Place =
  | {
      readonly kind: "component";
      readonly root: IdentifierKey;
      readonly version: number;
      readonly component: Component;
      readonly hops: number;
    }
  /** Nothing stands at `root`: the key is new, or points to where a component was about to be written. */
  | { readonly kind: "nothing"; readonly root: IdentifierKey; readonly hops: number }
  | { readonly kind: "unread"; readonly next: IdentifierKey };

export type KnownPlace = Exclude<Place, { readonly kind: "unread" }>;

/** More hops than any chain of merges that was ever repaired; above it the data is damaged. */
const MAX_HOPS = 64;

export function placeOf(key: IdentifierKey, found: Found): Place {
  let here = key;
  for (let hops = 0; hops < MAX_HOPS; hops++) {
    const stored = found.get(here);
    if (stored === undefined)
      return found.has(here) ? { kind: "nothing", root: here, hops } : { kind: "unread", next: here };
    if (stored.kind === "component")
      return { kind: "component", root: here, hops, version: stored.version, component: stored.component };
    here = stored.to;
  }
  throw new Error(`pointers from ${key} do not end`);
}

/**
 * What must be read next to know every stored component that a group of evidence touches; empty when all is known.
 * The strongest identifier goes first, alone: it usually leads to a component that knows all the others, and then one
 * read was enough.
 */
export function unreadKeys(group: EvidenceGroup, found: Found): readonly IdentifierKey[] {
  const start = placeOf(group.first, found);
  if (start.kind === "unread") return [start.next];
  const known = start.kind === "component" ? start.component.members : new Map();
  const next = new Set<IdentifierKey>();
  for (const key of group.component.members.keys()) {
    if (known.has(key)) continue;
    const place = placeOf(key, found);
    if (place.kind === "unread") next.add(place.next);
  }
  return [...next];
}
