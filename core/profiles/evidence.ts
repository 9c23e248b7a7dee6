import type { Event } from "#core/events/event.ts";
import { defaultIdentityRules, type IdentityRules } from "#core/identity/identity-rules.ts";
import { keeperOf, type Link, type LinkId, linkBetween } from "#core/identity/link.ts";
import { type Retraction, unknownRetraction } from "#core/identity/retraction.ts";
import { compareIdentifiers, type Identifier, type IdentifierKey, identifierKey } from "#core/kernel/identifier.ts";
import { compareText } from "#core/kernel/order.ts";
import { type Component, emptyComponent, joinAllComponents, type Member } from "./component.ts";
import { evidenceId, fragmentOf, type HeardEvent } from "./fragment.ts";

/** What a person decided about links, through the API. */
export type Assertion =
  | { readonly kind: "link"; readonly link: Link; readonly between: readonly [Identifier, Identifier] }
  /** `retraction` is absent where nobody is named. */
  | { readonly kind: "retraction"; readonly link: LinkId; readonly retraction?: Retraction };

/** Evidence that belongs together because it shares identifiers, as the component it would make on its own. */
export interface EvidenceGroup {
  readonly component: Component;
  /** The key to look at first: the strongest identifier, or the keeper of a link that is retracted. */
  readonly first: IdentifierKey;
}

/**
 * What one event says: its identifiers, links between the strongest and each of the others, and the fragment. Nothing
 * is linked to an identifier that many people share: what else the event carries then stands by itself. A repetition
 * says nothing of the person that its first copy did not say; whom it names is evidence all the same, because that may
 * be kept in places that are not written together.
 */
export function evidenceOf(event: HeardEvent, isShared: (key: IdentifierKey) => boolean): readonly Component[] {
  const [strongest, ...others] = event.identifiers;
  if (strongest === undefined) return [];
  const strongestKey = identifierKey(strongest);
  const by = evidenceId(event);
  const seen = { firstSeen: event.eventTime, lastSeen: event.eventTime };
  const members = new Map<IdentifierKey, Member>([
    [strongestKey, { identifier: strongest, ...seen, ...(event.again ? {} : { fragment: fragmentOf(event, by) }) }],
  ]);
  if (others.length === 0) return [{ ...emptyComponent, members }];
  const links = new Map<LinkId, Link>();
  const apart: Component[] = [];
  const alone = isShared(strongestKey);
  for (const other of others) {
    const key = identifierKey(other);
    if (isShared(key)) continue;
    if (alone) {
      apart.push({ ...emptyComponent, members: new Map([[key, { identifier: other, ...seen }]]) });
      continue;
    }
    members.set(key, { identifier: other, ...seen });
    const isInOrder = compareIdentifiers(strongest, other) <= 0;
    const link = linkBetween(isInOrder ? strongestKey : key, isInOrder ? key : strongestKey, {
      class: "deterministic",
      verdict: "same",
      source: event.source,
      trust: event.trust,
      at: { at: event.eventTime, by },
    });
    links.set(link.id, link);
  }
  return [{ ...emptyComponent, members, links }, ...apart];
}

/** What one decision says, as the component it would make on its own. */
export function assertionEvidence(assertion: Assertion): Component {
  if (assertion.kind === "retraction") {
    return { ...emptyComponent, retracted: new Map([[assertion.link, assertion.retraction ?? unknownRetraction]]) };
  }
  const { link, between } = assertion;
  const seen = { firstSeen: link.first.at, lastSeen: link.first.at };
  const members = new Map(between.map((identifier) => [identifierKey(identifier), { identifier, ...seen }]));
  return { members, links: new Map([[link.id, link]]), retracted: new Map() };
}

type GatheringRules = Pick<IdentityRules, "sharedAbove" | "recentEvents">;

const NO_CROWDS: GatheringRules = {
  sharedAbove: Number.POSITIVE_INFINITY,
  recentEvents: defaultIdentityRules.recentEvents,
};

/**
 * Gathers evidence that shares an identifier. Identifiers known to be shared by many people bring nothing together, nor
 * does one with which the batch itself already links more people than `sharedAbove`: what was gathered proves it shared.
 */
export function gatherEvidence(
  events: readonly HeardEvent[],
  assertions: readonly Assertion[],
  shared: ReadonlySet<IdentifierKey>,
  { sharedAbove, recentEvents }: GatheringRules = NO_CROWDS,
): readonly EvidenceGroup[] {
  const gatherings = new Gatherings();
  const crowds = new Crowds(sharedAbove);
  for (const event of events) {
    const crowded = events.length > sharedAbove ? crowds.note(event) : undefined;
    const isShared = (key: IdentifierKey): boolean => shared.has(key) || crowded?.has(key) === true;
    for (const component of evidenceOf(event, isShared)) gatherings.add(component, component.members.keys());
  }
  for (const assertion of assertions) {
    const component = assertionEvidence(assertion);
    gatherings.add(component, assertion.kind === "link" ? component.members.keys() : [keeperOf(assertion.link)]);
  }
  return gatherings.groups(recentEvents);
}

/** Which people a batch has linked with each identifier so far. Private to one gathering. */
class Crowds {
  readonly #people = new Map<IdentifierKey, Set<IdentifierKey>>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** The event's identifiers that were already linked with more people than one, not counting this event. */
  note(event: Event): ReadonlySet<IdentifierKey> | undefined {
    const [person, ...others] = event.identifiers;
    if (person?.type !== "user_id" || others.length === 0) return undefined;
    const personKey = identifierKey(person);
    let crowded: Set<IdentifierKey> | undefined;
    for (const other of others) {
      if (other.type === "user_id") continue;
      const key = identifierKey(other);
      const people = this.#people.get(key);
      if (people === undefined) this.#people.set(key, new Set([personKey]));
      else if (people.size <= this.#most) people.add(personKey);
      else crowded = (crowded ?? new Set<IdentifierKey>()).add(key);
    }
    return crowded;
  }
}

/** Disjoint sets of evidence, by the keys it speaks of. Private to one gathering. */
class Gatherings {
  readonly #at = new Map<IdentifierKey, Gathering>();
  readonly #all = new Set<Gathering>();

  add(component: Component, keys: Iterable<IdentifierKey>): void {
    const own = [...keys];
    const met = this.#met(own);
    // The larger takes in the smaller, so that a long batch about one person stays linear.
    const into = met.reduce((a, b) => (a.keys.length >= b.keys.length ? a : b), met[0] ?? { keys: [], parts: [] });
    for (const other of met) if (other !== into) this.#take(into, other);
    into.parts.push(component);
    for (const key of own) {
      if (this.#at.get(key) === into) continue;
      into.keys.push(key);
      this.#at.set(key, into);
    }
    if (met.length === 0) this.#all.add(into);
  }

  /** Those that know any of the keys, each once. */
  #met(keys: readonly IdentifierKey[]): readonly Gathering[] {
    const met: Gathering[] = [];
    for (const key of keys) {
      const gathering = this.#at.get(key);
      if (gathering !== undefined && !met.includes(gathering)) met.push(gathering);
    }
    return met;
  }

  groups(recentEvents: number): readonly EvidenceGroup[] {
    return [...this.#all].map(({ keys, parts }) => ({
      component: parts.length === 1 ? (parts[0] as Component) : joinAllComponents(parts, recentEvents),
      first: keys.reduce((a, b) => (compareText(a, b) <= 0 ? a : b)),
    }));
  }

  #take(into: Gathering, other: Gathering): void {
    for (const key of other.keys) {
      if (this.#at.get(key) !== into) into.keys.push(key);
      this.#at.set(key, into);
    }
    into.parts.push(...other.parts);
    this.#all.delete(other);
  }
}

interface Gathering {
  readonly keys: IdentifierKey[];
  readonly parts: Component[];
}
