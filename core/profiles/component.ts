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
  const members = new Joining<IdentifierKey, Member>((x, y) => joinMembers(x, y, recentEvents));
  const links = new Joining<LinkId, Link>(joinLinks);
  const retracted = new Joining<LinkId, Retraction>(joinRetractions);
  for (const component of components) {
    members.take(component.members);
    links.take(component.links);
    retracted.take(component.retracted);
  }
  return { members: members.joined, links: links.joined, retracted: retracted.joined };
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
  return (
    isSameMap(before.members, joined.members) &&
    isSameMap(before.links, joined.links) &&
    isSameMap(before.retracted, joined.retracted)
  );
}

function isSameMap<K, V>(before: ReadonlyMap<K, V>, joined: ReadonlyMap<K, V>): boolean {
  if (before === joined) return true;
  if (before.size !== joined.size) return false;
  for (const [key, value] of joined) if (before.get(key) !== value) return false;
  return true;
}

/** Maps joined one after the other. The first that has anything stands as it is until another one adds to it. */
class Joining<K, V> {
  readonly #join: (a: V, b: V) => V;
  #given: ReadonlyMap<K, V> = new Map();
  #own: Map<K, V> | undefined;

  constructor(join: (a: V, b: V) => V) {
    this.#join = join;
  }

  get joined(): ReadonlyMap<K, V> {
    return this.#own ?? this.#given;
  }

  take(more: ReadonlyMap<K, V>): void {
    if (this.joined.size === 0) {
      this.#given = more;
      return;
    }
    for (const [key, value] of more) {
      const other = this.joined.get(key);
      const next = other === undefined ? value : this.#join(other, value);
      if (next === other) continue;
      this.#own ??= new Map(this.#given);
      this.#own.set(key, next);
    }
  }
}
