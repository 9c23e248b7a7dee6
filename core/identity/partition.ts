import type { Identifier, IdentifierKey } from "#core/kernel/identifier.ts";
import { compareStamps, compareText } from "#core/kernel/order.ts";
import { blockedSince } from "./blocked.ts";
import type { IdentityRules } from "./identity-rules.ts";
import type { Link, LinkClass, LinkId } from "./link.ts";

/** Why a live link unites nobody. It stays, is shown, and takes effect if what refused it goes away. */
export type Refusal = "limit" | "too_many_identifiers" | "different" | "untrusted" | "shared" | "blocked";

export interface Partition {
  /** Each group is one profile; keys within and groups among themselves are in text order. */
  readonly groups: readonly (readonly IdentifierKey[])[];
  readonly refused: ReadonlyMap<LinkId, Refusal>;
  /** The links that brought each group together, strongest first: one fewer than it has members (Kruskal's forest). */
  readonly forest: readonly LinkId[];
  /** Identifiers linked to more people than one person could be. */
  readonly shared: ReadonlySet<IdentifierKey>;
}

export interface Evidence {
  readonly identifiers: ReadonlyMap<IdentifierKey, Identifier>;
  readonly links: Iterable<Link>;
  readonly retracted: Pick<ReadonlySet<LinkId>, "has">;
}

/**
 * Which identifiers form a profile: a pure function of the set of live links and of the rules, never of the order in
 * which they came. Links are sorted by an order intrinsic to them and scanned once, uniting unless a constraint would
 * break; for one limited type this is Kruskal's algorithm on a graphic matroid, hence the best forest.
 */
export function partition(evidence: Evidence, rules: IdentityRules): Partition {
  const refused = new Map<LinkId, Refusal>();
  const links = [...evidence.links];
  const asserted = usable(links, evidence, rules, refused);
  const live = asserted.filter((link) => !evidence.retracted.has(link.id));
  const shared = sharedIdentifiers(links, evidence.identifiers, rules);
  const forest: LinkId[] = [];
  const groups = new Groups(evidence.identifiers, rules);
  for (const link of live) if (link.verdict === "different") groups.forbid(link.a, link.b);
  const tried = live.filter((link) => link.verdict === "same").sort(byStrength(evidence.identifiers, rules));
  for (const link of tried) {
    const outcome = shared.has(link.a) || shared.has(link.b) ? "shared" : groups.unite(link);
    if (outcome === "united") forest.push(link.id);
    else if (outcome !== "together") refused.set(link.id, outcome);
  }
  return { groups: groups.list(), refused, forest, shared };
}

/**
 * Without the links that touch a value which the rules have come to block: it stands by itself, as if nobody had ever
 * been known by it. Those that would unite are told as refused.
 */
function usable(
  asserted: readonly Link[],
  { identifiers, retracted }: Evidence,
  rules: IdentityRules,
  refused: Map<LinkId, Refusal>,
): readonly Link[] {
  const blocked = blockedAmong(identifiers, rules);
  if (blocked.size === 0) return asserted;
  return asserted.filter((link) => {
    if (!blocked.has(link.a) && !blocked.has(link.b)) return true;
    if (link.verdict === "same" && !retracted.has(link.id)) refused.set(link.id, "blocked");
    return false;
  });
}

/** The identifiers that came in before the rules blocked their values. */
export function blockedAmong(identifiers: Evidence["identifiers"], rules: IdentityRules): ReadonlySet<IdentifierKey> {
  const isBlocked = blockedSince(rules);
  if (isBlocked === undefined) return new Set();
  return new Set([...identifiers].filter(([, { type, value }]) => isBlocked(type, value)).map(([key]) => key));
}

const CLASS_ORDER: Readonly<Record<LinkClass, number>> = { human: 0, deterministic: 1, probabilistic: 2 };

/** The order in which links are tried, the strongest first: a total one, intrinsic to the links. */
export function byStrength(
  identifiers: Evidence["identifiers"],
  rules: Pick<IdentityRules, "priority">,
): (x: Link, y: Link) => number {
  const rank = (key: IdentifierKey): number => rankOf(identifiers.get(key)?.type ?? "", rules);
  return (x, y) =>
    CLASS_ORDER[x.class] - CLASS_ORDER[y.class] ||
    Math.max(rank(x.a), rank(x.b)) - Math.max(rank(y.a), rank(y.b)) ||
    y.weight - x.weight ||
    compareStamps(x.first, y.first) ||
    compareText(x.id, y.id);
}

/** The place of a type in the order of priority, 0 for the strongest; those that are not listed share the last. */
export function rankOf(type: string, { priority }: Pick<IdentityRules, "priority">): number {
  const at = priority.indexOf(type);
  return at < 0 ? priority.length : at;
}

/**
 * An identifier whose links lead to more different `user_id`s than `sharedAbove` is a kiosk, not a person. Retracted
 * links count too, and those to values that the rules have come to block: what was seen was seen. So an identifier once shared stays shared, and evidence that is no longer
 * gathered around it (`gatherEvidence`) could have changed nothing.
 */
export function sharedIdentifiers(
  asserted: readonly Link[],
  identifiers: Evidence["identifiers"],
  rules: Pick<IdentityRules, "sharedAbove">,
): ReadonlySet<IdentifierKey> {
  if (asserted.length <= rules.sharedAbove) return new Set();
  const people = new Map<IdentifierKey, Set<IdentifierKey>>();
  const isPerson = (key: IdentifierKey): boolean => identifiers.get(key)?.type === "user_id";
  const note = (device: IdentifierKey, person: IdentifierKey): void => {
    if (isPerson(device) || !isPerson(person)) return;
    const seen = people.get(device) ?? new Set();
    people.set(device, seen.add(person));
  };
  for (const link of asserted) {
    if (link.verdict !== "same" || link.class === "human") continue;
    note(link.a, link.b);
    note(link.b, link.a);
  }
  return new Set([...people].filter(([, seen]) => seen.size > rules.sharedAbove).map(([key]) => key));
}

/** Disjoint sets that know their constraints. Private to the scan: nothing outside sees it change. */
class Groups {
  readonly #parent = new Map<IdentifierKey, IdentifierKey>();
  readonly #members = new Map<IdentifierKey, IdentifierKey[]>();
  readonly #apart: (readonly [IdentifierKey, IdentifierKey])[] = [];
  readonly #identifiers: Evidence["identifiers"];
  readonly #rules: IdentityRules;

  constructor(identifiers: Evidence["identifiers"], rules: IdentityRules) {
    this.#identifiers = identifiers;
    this.#rules = rules;
    for (const key of identifiers.keys()) {
      this.#parent.set(key, key);
      this.#members.set(key, [key]);
    }
  }

  /** That somebody is somebody else than they are says nothing. */
  forbid(a: IdentifierKey, b: IdentifierKey): void {
    if (a !== b) this.#apart.push([a, b]);
  }

  unite(link: Link): Refusal | "united" | "together" {
    const a = this.#find(link.a);
    const b = this.#find(link.b);
    if (a === b) return "together";
    const refusal = this.#refusal(a, b, link);
    if (refusal !== undefined) return refusal;
    const [keep, drop] = a < b ? [a, b] : [b, a];
    this.#parent.set(drop, keep);
    this.#membersOf(keep).push(...this.#membersOf(drop));
    this.#members.delete(drop);
    return "united";
  }

  list(): readonly (readonly IdentifierKey[])[] {
    return [...this.#members.values()]
      .map((keys) => keys.sort(compareText))
      .sort((x, y) => compareText(x[0] ?? "", y[0] ?? ""));
  }

  #refusal(a: IdentifierKey, b: IdentifierKey, link: Link): Refusal | undefined {
    const together = [...this.#membersOf(a), ...this.#membersOf(b)];
    const isIn = new Set(together);
    if (this.#apart.some(([x, y]) => isIn.has(x) && isIn.has(y))) return "different";
    if (link.trust === "browser" && this.#isIdentified(a) && this.#isIdentified(b)) return "untrusted";
    if (together.length > this.#rules.maxIdentifiers) return "too_many_identifiers";
    const counts = new Map<string, number>();
    for (const key of together) {
      const type = this.#identifiers.get(key)?.type ?? "";
      const count = (counts.get(type) ?? 0) + 1;
      if (count > (this.#rules.limits[type] ?? Number.POSITIVE_INFINITY)) return "limit";
      counts.set(type, count);
    }
    return undefined;
  }

  #isIdentified(root: IdentifierKey): boolean {
    return this.#membersOf(root).some((key) => this.#identifiers.get(key)?.type === "user_id");
  }

  #membersOf(root: IdentifierKey): IdentifierKey[] {
    return this.#members.get(root) ?? [];
  }

  #find(key: IdentifierKey): IdentifierKey {
    let root = key;
    for (let up = this.#parent.get(root); up !== undefined && up !== root; up = this.#parent.get(root)) root = up;
    for (let here = key; here !== root; ) {
      const up = this.#parent.get(here) ?? root;
      this.#parent.set(here, root);
      here = up;
    }
    return root;
  }
}
