import type { Event } from "#core/events/event.ts";
import { assertLink, keeperOf, type Link, type LinkId } from "#core/identity/link.ts";
import { type Identifier, type IdentifierKey, identifierKey } from "#core/kernel/identifier.ts";
import { compareText } from "#core/kernel/order.ts";
import { type Component, joinComponents, type Member } from "./component.ts";
import { evidenceId, fragmentOf } from "./fragment.ts";

/** What a person decided about links, through the API. */
export type Assertion =
  | { readonly kind: "link"; readonly link: Link; readonly between: readonly [Identifier, Identifier] }
  | { readonly kind: "retraction"; readonly link: LinkId };

/** Evidence that belongs together because it shares identifiers, as the component it would make on its own. */
export interface EvidenceGroup {
  readonly component: Component;
  /** The key to look at first: the strongest identifier, or the keeper of a link that is retracted. */
  readonly first: IdentifierKey;
}

/** What one event says: its identifiers, links between the strongest and each of the others, and the fragment. */
export function evidenceOf(event: Event, shared: ReadonlySet<IdentifierKey>): Component | undefined {
  const [strongest, ...others] = event.identifiers;
  if (strongest === undefined) return undefined;
  const strongestKey = identifierKey(strongest);
  const seen = { firstSeen: event.eventTime, lastSeen: event.eventTime };
  const members = new Map<IdentifierKey, Member>([
    [strongestKey, { identifier: strongest, ...seen, fragment: fragmentOf(event) }],
  ]);
  const links = new Map<LinkId, Link>();
  for (const other of shared.has(strongestKey) ? [] : others) {
    const key = identifierKey(other);
    if (shared.has(key)) continue;
    members.set(key, { identifier: other, ...seen });
    const link = assertLink({
      between: [strongest, other],
      class: "deterministic",
      verdict: "same",
      source: event.source,
      trust: event.trust,
      at: { at: event.eventTime, by: evidenceId(event) },
    });
    links.set(link.id, link);
  }
  return { members, links, retracted: new Set() };
}

function assertionEvidence(assertion: Assertion): Component {
  if (assertion.kind === "retraction")
    return { members: new Map(), links: new Map(), retracted: new Set([assertion.link]) };
  const { link, between } = assertion;
  const seen = { firstSeen: link.first.at, lastSeen: link.first.at };
  const members = new Map(between.map((identifier) => [identifierKey(identifier), { identifier, ...seen }]));
  return { members, links: new Map([[link.id, link]]), retracted: new Set() };
}

/**
 * Gathers evidence that shares an identifier. Identifiers known to be shared by many people bring nothing together.
 */
export function gatherEvidence(
  events: readonly Event[],
  assertions: readonly Assertion[],
  shared: ReadonlySet<IdentifierKey>,
): readonly EvidenceGroup[] {
  const groupAt = new Map<IdentifierKey, Gathering>();
  const gatherings = new Set<Gathering>();
  const gather = (component: Component, keys: Iterable<IdentifierKey>): void => {
    const own: Gathering = { keys: [...keys], parts: [component] };
    const met = new Set(own.keys.flatMap((key) => groupAt.get(key) ?? []));
    // The larger takes in the smaller, so that a long batch about one person stays linear.
    const into = [...met].reduce((a, b) => (a.keys.length >= b.keys.length ? a : b), own);
    for (const other of new Set([own, ...met])) {
      if (other === into) continue;
      into.keys.push(...other.keys);
      into.parts.push(...other.parts);
      gatherings.delete(other);
      for (const key of other.keys) groupAt.set(key, into);
    }
    for (const key of into === own ? own.keys : []) groupAt.set(key, into);
    gatherings.add(into);
  };
  for (const event of events) {
    const component = evidenceOf(event, shared);
    if (component !== undefined) gather(component, component.members.keys());
  }
  for (const assertion of assertions) {
    const component = assertionEvidence(assertion);
    gather(component, assertion.kind === "link" ? component.members.keys() : [keeperOf(assertion.link)]);
  }
  return [...gatherings].map(({ keys, parts }) => ({
    component: parts.reduce(joinComponents),
    first: keys.reduce((a, b) => (compareText(a, b) <= 0 ? a : b)),
  }));
}

interface Gathering {
  readonly keys: IdentifierKey[];
  readonly parts: Component[];
}
