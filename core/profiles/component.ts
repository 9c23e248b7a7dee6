import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import { joinLinks, type Link, type LinkId } from "#core/identity/link.ts";
import { joinRetractions, type Retraction } from "#core/identity/retraction.ts";
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
  readonly retracted: ReadonlyMap<LinkId, Retraction>;
}

export const emptyComponent: Component = { members: new Map(), links: new Map(), retracted: new Map() };

export const identifiersOf = (component: Component): ReadonlyMap<IdentifierKey, Identifier> =>
  new Map([...component.members].map(([key, member]) => [key, member.identifier]));

/**
 * All of them joined, in one pass: what `reduce(joinComponents)` gives, without its copies. Of each identifier's events
 * the latest `recentEvents` are kept: whoever writes says how many, for whoever only looks at links it is all the same.
 */
export function joinAllComponents(
  components: Iterable<Component>,
  recentEvents = defaultIdentityRules.recentEvents,
): Component {
  const members = new Map<IdentifierKey, Member>();
  const links = new Map<LinkId, Link>();
  const retracted = new Map<LinkId, Retraction>();
  const join = (x: Member, y: Member): Member => joinMembers(x, y, recentEvents);
  for (const component of components) {
    joinInto(members, component.members, join);
    joinInto(links, component.links, joinLinks);
    joinInto(retracted, component.retracted, joinRetractions);
  }
  return { members, links, retracted };
}

export const joinComponents = (x: Component, y: Component, recentEvents?: number): Component =>
  joinAllComponents([x, y], recentEvents);

/** Answers `x` itself where `y` adds nothing. */
function joinMembers(x: Member, y: Member, recentEvents: number): Member {
  const fragment =
    x.fragment && y.fragment ? joinFragments(x.fragment, y.fragment, recentEvents) : (x.fragment ?? y.fragment);
  const firstSeen = Math.min(x.firstSeen, y.firstSeen);
  const lastSeen = Math.max(x.lastSeen, y.lastSeen);
  if (firstSeen === x.firstSeen && lastSeen === x.lastSeen && fragment === x.fragment) return x;
  return { identifier: x.identifier, firstSeen, lastSeen, ...(fragment === undefined ? {} : { fragment }) };
}

/** Whether nothing was added to a component to make the other. It is asked of what `joinAllComponents` began with. */
export function isUnchanged(before: Component, joined: Component): boolean {
  if (before.members.size !== joined.members.size || before.links.size !== joined.links.size) return false;
  if (before.retracted.size !== joined.retracted.size) return false;
  for (const [key, member] of joined.members) if (before.members.get(key) !== member) return false;
  for (const [id, link] of joined.links) if (before.links.get(id) !== link) return false;
  for (const [id, retraction] of joined.retracted) if (before.retracted.get(id) !== retraction) return false;
  return true;
}

function joinInto<K, V>(joined: Map<K, V>, more: ReadonlyMap<K, V>, join: (a: V, b: V) => V): void {
  for (const [key, value] of more) {
    const other = joined.get(key);
    joined.set(key, other === undefined ? value : join(other, value));
  }
}
