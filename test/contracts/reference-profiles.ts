import type { Event } from "#core/events/event.ts";
import type { IdentityRules } from "#core/identity/identity-rules.ts";
import { assertLink, type Link } from "#core/identity/link.ts";
import { type Identifier, identifierKey, identifierText } from "#core/kernel/identifier.ts";
import type { Json } from "#core/kernel/json.ts";
import { compareStamps, compareText } from "#core/kernel/order.ts";
import { evidenceId } from "#core/profiles/fragment.ts";
import type { History } from "./histories.ts";
import { type PlainFacts, referenceFacts } from "./reference-facts.ts";

/** What two ways of computing a profile must agree on. */
export interface PlainProfile {
  readonly id: string;
  readonly identifiers: readonly string[];
  readonly traits: Readonly<Record<string, Json>>;
  readonly consent: Readonly<Record<string, string>>;
  /** Absent where the identifier is shared: it is not followed once it proved to be. */
  readonly firstSeen?: number;
  readonly facts: PlainFacts;
}

interface Linked {
  readonly link: Link;
  readonly ends: readonly [Identifier, Identifier];
}

interface Said {
  /** Every identifier with the first time it was named, by its text. */
  readonly born: ReadonlyMap<string, { readonly identifier: Identifier; readonly at: number }>;
  readonly links: readonly Linked[];
  readonly retracted: ReadonlySet<string>;
}

/**
 * Recomputes every profile from the set of everything said, the slow and plain way: no components, no joins, no
 * stores. Only the words of `docs` (identifier keys, link ids, stamps) are taken from the core.
 */
export function referenceProfiles(history: History, rules: IdentityRules): readonly PlainProfile[] {
  const all = allSaid(history);
  const said = { ...all, links: all.links.filter(({ ends }) => !ends.some((end) => isBlocked(end, rules))) };
  const shared = sharedAmong(all.links, rules);
  return groupsOf(said, shared, rules)
    .map((group) => profileOf(group, history.events, said.born, shared, rules))
    .sort((x, y) => compareText(x.id, y.id));
}

function allSaid({ events, assertions }: History): Said {
  const born = new Map<string, { identifier: Identifier; at: number }>();
  const meet = (identifier: Identifier, at: number): void => {
    const known = born.get(identifierText(identifier));
    born.set(identifierText(identifier), { identifier, at: Math.min(at, known?.at ?? at) });
  };
  const links = new Map<string, Linked>();
  const assert = (link: Link, ends: readonly [Identifier, Identifier]): void => {
    const known = links.get(link.id)?.link;
    if (known === undefined || compareStamps(link.first, known.first) < 0) links.set(link.id, { link, ends });
  };
  for (const event of events) {
    const [strongest, ...others] = event.identifiers as [Identifier, ...Identifier[]];
    for (const identifier of event.identifiers) meet(identifier, event.eventTime);
    for (const other of others) assert(linkIn(event, strongest, other), [strongest, other]);
  }
  const retracted = new Set<string>();
  for (const said of assertions) {
    if (said.kind === "retraction") retracted.add(said.link);
    else {
      for (const end of said.between) meet(end, said.link.first.at);
      assert(said.link, said.between);
    }
  }
  return { born, links: [...links.values()], retracted };
}

const isBlocked = ({ type, value }: Identifier, { limits, blocked, blockedPatterns }: IdentityRules): boolean =>
  limits[type] === 0 ||
  [type, "*"].some((listed) => blocked[listed]?.includes(value)) ||
  [type, "*"].some((listed) =>
    blockedPatterns[listed]?.some((pattern) => value.replace(new RegExp(pattern), "") === ""),
  );

/** Links that say "the same" and may be followed, in the order in which they are tried. */
function inOrder(links: readonly Linked[], shared: ReadonlySet<string>, rules: IdentityRules): readonly Linked[] {
  const rank = (identifier: Identifier): number =>
    rules.priority.includes(identifier.type) ? rules.priority.indexOf(identifier.type) : rules.priority.length;
  const classes = ["human", "deterministic", "probabilistic"];
  return links
    .filter(({ link }) => link.verdict === "same")
    .filter(({ ends }) => !ends.some((end) => shared.has(identifierText(end))))
    .sort(
      (x, y) =>
        classes.indexOf(x.link.class) - classes.indexOf(y.link.class) ||
        Math.max(...x.ends.map(rank)) - Math.max(...y.ends.map(rank)) ||
        y.link.weight - x.link.weight ||
        compareStamps(x.link.first, y.link.first) ||
        compareText(x.link.id, y.link.id),
    );
}

function groupsOf({ born, links, retracted }: Said, shared: ReadonlySet<string>, rules: IdentityRules) {
  const live = links.filter(({ link }) => !retracted.has(link.id));
  const different = live.filter(({ link }) => link.verdict === "different");
  let groups: (readonly Identifier[])[] = [...born.values()].map(({ identifier }) => [identifier]);
  const holds = (group: readonly Identifier[], one: Identifier): boolean =>
    group.some((each) => identifierText(each) === identifierText(one));
  for (const { link, ends } of inOrder(live, shared, rules)) {
    const [x, y] = ends.map((end) => groups.find((group) => holds(group, end))) as [
      readonly Identifier[],
      readonly Identifier[],
    ];
    const both = [...x, ...y];
    const count = (type: string): number => both.filter((each) => each.type === type).length;
    const breaks =
      x === y ||
      both.length > rules.maxIdentifiers ||
      different.some((apart) => apart.ends.every((end) => holds(both, end))) ||
      Object.entries(rules.limits).some(([type, limit]) => count(type) > limit) ||
      (link.trust === "browser" && [x, y].every((group) => group.some(({ type }) => type === "user_id")));
    if (!breaks) groups = [...groups.filter((group) => group !== x && group !== y), both];
  }
  return groups;
}

const linkIn = (event: Event, strongest: Identifier, other: Identifier): Link =>
  assertLink({
    between: [strongest, other],
    class: "deterministic",
    verdict: "same",
    source: event.source,
    trust: event.trust,
    at: { at: event.eventTime, by: evidenceId(event) },
  });

function sharedAmong(links: readonly Linked[], rules: IdentityRules): ReadonlySet<string> {
  const people = new Map<string, Set<string>>();
  for (const { link, ends } of links) {
    const [person, ...more] = ends.filter(({ type }) => type === "user_id");
    const device = ends.find(({ type }) => type !== "user_id");
    if (!person || more.length > 0 || !device || link.class === "human" || link.verdict === "different") continue;
    const name = identifierText(device);
    people.set(name, (people.get(name) ?? new Set()).add(person.value));
  }
  return new Set([...people].filter(([, seen]) => seen.size > rules.sharedAbove).map(([name]) => name));
}

function profileOf(
  group: readonly Identifier[],
  events: readonly Event[],
  born: ReadonlyMap<string, { at: number }>,
  shared: ReadonlySet<string>,
  rules: IdentityRules,
): PlainProfile {
  const birth = (identifier: Identifier): number => born.get(identifierText(identifier))?.at ?? 0;
  const [eldest] = [...group].sort(
    (x, y) => birth(x) - birth(y) || compareText(identifierKey(x), identifierKey(y)),
  ) as [Identifier];
  const names = group.map(identifierText);
  const own = events
    .filter((event) => names.includes(identifierText(event.identifiers[0] as Identifier)))
    .sort((x, y) => x.eventTime - y.eventTime || compareText(evidenceId(x), evidenceId(y)));
  const traits = new Map(
    own.filter(({ type }) => type === "identify").flatMap((event) => Object.entries(event.traits)),
  );
  traits.delete("__proto__");
  const consent = new Map(own.flatMap((event) => Object.entries(event.consent ?? {})));
  return {
    id: `p_${identifierKey(eldest)}`,
    identifiers: names.sort(compareText),
    traits: Object.fromEntries([...traits].filter(([, value]) => value !== null)),
    consent: Object.fromEntries([...consent].map(([purpose, yes]) => [purpose, yes ? "granted" : "denied"])),
    ...(names.some((name) => shared.has(name)) ? {} : { firstSeen: Math.min(...group.map(birth)) }),
    facts: referenceFacts(own, rules),
  };
}
