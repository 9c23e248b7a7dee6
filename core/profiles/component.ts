import { joinLinks, type Link, type LinkId } from "#core/identity/link.ts";
import type { Identifier, IdentifierKey } from "#core/kernel/identifier.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import { type Fragment, joinFragments } from "./fragment.ts";

/** One identifier of a component: when it was born (earliest evidence) and what its events say. */
export interface Member {
  readonly identifier: Identifier;
  readonly firstSeen: EpochMs;
  readonly lastSeen: EpochMs;
  /** Absent where no event has this identifier for its identity key. */
  readonly fragment?: Fragment;
}

/**
 * Identifiers connected by links, refused links included, with everything needed to say who is who among them. It is
 * the unit of storage and of concurrency: one item, read and written whole. Profiles are computed from it. Every field
 * is a join, so a component met twice, late, or by two workers at once comes to the same.
 */
export interface Component {
  readonly members: ReadonlyMap<IdentifierKey, Member>;
  readonly links: ReadonlyMap<LinkId, Link>;
  readonly retracted: ReadonlySet<LinkId>;
}

export const emptyComponent: Component = { members: new Map(), links: new Map(), retracted: new Set() };

export function joinComponents(x: Component, y: Component): Component {
  return {
    members: joinMaps(x.members, y.members, joinMembers),
    links: joinMaps(x.links, y.links, joinLinks),
    retracted: x.retracted.union(y.retracted),
  };
}

function joinMembers(x: Member, y: Member): Member {
  const fragment = x.fragment && y.fragment ? joinFragments(x.fragment, y.fragment) : (x.fragment ?? y.fragment);
  return {
    identifier: x.identifier,
    firstSeen: Math.min(x.firstSeen, y.firstSeen),
    lastSeen: Math.max(x.lastSeen, y.lastSeen),
    ...(fragment === undefined ? {} : { fragment }),
  };
}

function joinMaps<K, V>(x: ReadonlyMap<K, V>, y: ReadonlyMap<K, V>, join: (a: V, b: V) => V): ReadonlyMap<K, V> {
  const joined = new Map(x);
  for (const [key, value] of y) {
    const other = joined.get(key);
    joined.set(key, other === undefined ? value : join(other, value));
  }
  return joined;
}
