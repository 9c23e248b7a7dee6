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

export const identifiersOf = (component: Component): ReadonlyMap<IdentifierKey, Identifier> =>
  new Map([...component.members].map(([key, member]) => [key, member.identifier]));

/** All of them joined, in one pass: what `reduce(joinComponents)` gives, without its copies. */
export function joinAllComponents(components: Iterable<Component>): Component {
  const members = new Map<IdentifierKey, Member>();
  const links = new Map<LinkId, Link>();
  const retracted = new Set<LinkId>();
  for (const component of components) {
    joinInto(members, component.members, joinMembers);
    joinInto(links, component.links, joinLinks);
    for (const id of component.retracted) retracted.add(id);
  }
  return { members, links, retracted };
}

export const joinComponents = (x: Component, y: Component): Component => joinAllComponents([x, y]);

function joinMembers(x: Member, y: Member): Member {
  const fragment = x.fragment && y.fragment ? joinFragments(x.fragment, y.fragment) : (x.fragment ?? y.fragment);
  return {
    identifier: x.identifier,
    firstSeen: Math.min(x.firstSeen, y.firstSeen),
    lastSeen: Math.max(x.lastSeen, y.lastSeen),
    ...(fragment === undefined ? {} : { fragment }),
  };
}

function joinInto<K, V>(joined: Map<K, V>, more: ReadonlyMap<K, V>, join: (a: V, b: V) => V): void {
  for (const [key, value] of more) {
    const other = joined.get(key);
    joined.set(key, other === undefined ? value : join(other, value));
  }
}
