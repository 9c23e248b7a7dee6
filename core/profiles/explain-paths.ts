import type { IdentityRules } from "#core/identity/identity-rules.ts";
import type { Link, LinkId } from "#core/identity/link.ts";
import { byStrength, type Partition, partition, rankOf } from "#core/identity/partition.ts";
import { type IdentifierKey, identifierText } from "#core/kernel/identifier.ts";
import { type Component, identifiersOf } from "./component.ts";
import { identifierAt } from "./explain-link.ts";
import type { PathStep, WeakLink } from "./explanation.ts";
import type { ProfileGroup } from "./profiles-of.ts";

/** How each identifier of a profile hangs on its eldest. */
export interface Paths {
  /** Steps from an identifier to the eldest; none for the eldest itself. */
  readonly from: (key: IdentifierKey) => readonly PathStep[];
  /** The weakest link of each path, each once, the weakest first. */
  readonly weakest: readonly WeakLink[];
}

/**
 * The paths along the links that did unite (Kruskal's forest, in which there is one path between any two). Of all trees
 * that the links allow this one has the strongest links, so the weakest of a path is as strong as any path's weakest.
 */
export function pathsOf(component: Component, group: ProfileGroup, parted: Partition, rules: IdentityRules): Paths {
  const tree = treeOf(component, group, parted);
  const compare = byStrength(identifiersOf(component), rules);
  const linksFrom = (key: IdentifierKey): readonly Link[] => {
    const links: Link[] = [];
    for (let up = tree.get(key); up !== undefined; up = tree.get(up.to)) links.push(up.link);
    return links;
  };
  const weakestOf = (links: readonly Link[]): Link | undefined =>
    links.reduce<Link | undefined>(
      (weak, link) => (weak !== undefined && compare(weak, link) >= 0 ? weak : link),
      undefined,
    );
  const keys = group.members.map(([key]) => key);
  const weak = new Map(keys.flatMap((key) => weakestOf(linksFrom(key)) ?? []).map((link) => [link.id, link]));
  return {
    from: (key) => {
      const weakest = weakestOf(linksFrom(key));
      const steps: PathStep[] = [];
      for (let up = tree.get(key); up !== undefined; up = tree.get(up.to)) {
        const to = identifierAt(component, up.to);
        steps.push({ link: up.link.id, to: { ...to }, weakest: up.link === weakest });
      }
      return steps;
    },
    weakest: [...weak.values()].sort((x, y) => compare(y, x)).map((link) => weakLink(link, component, group, rules)),
  };
}

type Up = { readonly link: Link; readonly to: IdentifierKey };

/** For each identifier but the eldest the link by which it hangs, and on which. */
function treeOf(component: Component, group: ProfileGroup, { forest }: Partition): ReadonlyMap<IdentifierKey, Up> {
  const around = new Map<IdentifierKey, Link[]>();
  for (const id of forest) {
    const link = component.links.get(id);
    if (link === undefined) throw new Error("a link that unites is not in its component");
    for (const end of [link.a, link.b]) around.set(end, [...(around.get(end) ?? []), link]);
  }
  const tree = new Map<IdentifierKey, Up>();
  const [eldest] = group.members.map(([key]) => key);
  const reached = eldest === undefined ? [] : [eldest];
  // The list grows while it is gone through.
  for (const here of reached) {
    for (const link of around.get(here) ?? []) {
      const other = link.a === here ? link.b : link.a;
      if (other === eldest || tree.has(other)) continue;
      tree.set(other, { link, to: here });
      reached.push(other);
    }
  }
  return tree;
}

/** What a link is worth, and what of the profile would be left without it: other links may hold it together. */
function weakLink(link: Link, component: Component, group: ProfileGroup, rules: IdentityRules): WeakLink {
  const without = groupsWithout(link.id, component, group, rules);
  const [a, b] = [identifierAt(component, link.a), identifierAt(component, link.b)];
  const weaker = rankOf(a.type, rules) > rankOf(b.type, rules) ? a : b;
  const parts = without.map((keys) => keys.map((key) => ({ ...identifierAt(component, key) })));
  return {
    link: link.id,
    class: link.class,
    weakerType: weaker.type,
    priority: rankOf(weaker.type, rules) + 1,
    weight: link.weight,
    without: parts,
    because:
      parts.length === 1
        ? "Without it the profile would stay whole: other links hold it together."
        : `Without it the profile would fall into ${parts.length}: ${parts.map((part) => part.map(identifierText).join(", ")).join(" | ")}.`,
  };
}

function groupsWithout(
  without: LinkId,
  component: Component,
  group: ProfileGroup,
  rules: IdentityRules,
): readonly (readonly IdentifierKey[])[] {
  const retracted = { has: (id: LinkId): boolean => id === without || component.retracted.has(id) };
  const { groups } = partition(
    { identifiers: identifiersOf(component), links: component.links.values(), retracted },
    rules,
  );
  const own = new Set(group.members.map(([key]) => key));
  return groups.map((keys) => keys.filter((key) => own.has(key))).filter((keys) => keys.length > 0);
}
