import type { IdentityRules } from "#core/identity/identity-rules.ts";
import { blockedAmong, type Partition } from "#core/identity/partition.ts";
import type { IdentifierKey } from "#core/kernel/identifier.ts";
import { compareText } from "#core/kernel/order.ts";
import { type Component, identifiersOf } from "./component.ts";
import type { ComponentAt } from "./ports.ts";
import { type ProfileId, profileIdOf } from "./profile-id.ts";
import { partitionOf } from "./profiles-of.ts";
import {
  type BigProfile,
  type ChangeKind,
  changesOf,
  type Example,
  type Rehearsal,
  type ShownProfile,
} from "./rehearsal.ts";

/** A group of identifiers that are one profile under some rules. */
interface Group {
  readonly id: ProfileId;
  readonly keys: readonly IdentifierKey[];
}

/** A component as some rules see it. */
interface Seen {
  readonly groups: readonly Group[];
  readonly groupOf: ReadonlyMap<IdentifierKey, Group>;
  readonly shared: ReadonlySet<IdentifierKey>;
  readonly blocked: ReadonlySet<IdentifierKey>;
  readonly isQuarantined: boolean;
}

/** What becomes of one component under other rules. Pure: asking changes nothing. */
export function rehearseRules({ key, component }: ComponentAt, before: IdentityRules, after: IdentityRules): Rehearsal {
  const [was, is] = [seenUnder(component, before), seenUnder(component, after)];
  const found = foundChanges(component, was, is);
  const counts = new Map(found.map(({ kind, count }) => [kind, count]));
  return {
    components: 1,
    identifiers: component.members.size,
    profiles: { before: was.groups.length, after: is.groups.length },
    componentsChanged: found.length > 0 ? 1 : 0,
    changes: changesOf((kind) => ({
      count: counts.get(kind) ?? 0,
      examples: found.flatMap((change) => (change.kind === kind ? change.examples.map((of) => of(key)) : [])),
    })),
    biggest: {
      components: [
        {
          component: key,
          identifiers: component.members.size,
          profilesBefore: was.groups.length,
          profilesAfter: is.groups.length,
        },
      ],
      profilesBefore: [bigProfile(component, was.groups)],
      profilesAfter: [bigProfile(component, is.groups)],
    },
  };
}

function seenUnder(component: Component, rules: IdentityRules): Seen {
  const { groups, shared } = partitionOf(component, rules);
  const named = groups.map((keys) => ({ id: profileIdOf(eldestOf(component, keys)), keys }));
  return {
    groups: named,
    groupOf: new Map(named.flatMap((group) => group.keys.map((key) => [key, group] as const))),
    shared,
    blocked: blockedAmong(identifiersOf(component), rules),
    isQuarantined: component.members.size > rules.quarantineAbove,
  };
}

/** Which of a profile's identifiers names it (`groupOf` in `profiles-of.ts`, without joining what they say). */
const eldestOf = ({ members }: Component, keys: Partition["groups"][number]): IdentifierKey =>
  keys.reduce((x, y) => {
    const order = (members.get(x)?.firstSeen ?? 0) - (members.get(y)?.firstSeen ?? 0) || compareText(x, y);
    return order <= 0 ? x : y;
  });

interface Change {
  readonly kind: ChangeKind;
  readonly count: number;
  readonly examples: readonly ((key: IdentifierKey) => Example)[];
}

function foundChanges(component: Component, was: Seen, is: Seen): readonly Change[] {
  const shownBefore = (groups: readonly Group[]) => shown(component, groups);
  const pairs: readonly (readonly [ChangeKind, readonly Comparison[], (one: Comparison) => number])[] = [
    ["mergesGained", comparisons(is, was).filter(isSeveral), ({ others }) => others.length - 1],
    ["mergesLost", comparisons(was, is).filter(isSeveral), ({ others }) => others.length - 1],
    ["idsGone", comparisons(was, is).filter(({ group }) => !hasId(is, group.id)), () => 1],
    ["idsNew", comparisons(is, was).filter(({ group }) => !hasId(was, group.id)), () => 1],
  ];
  const ofGroups = pairs.map(([kind, all, weigh]): Change => {
    const isOfAfter = kind === "mergesGained" || kind === "idsNew";
    const examples = all.map(({ group, others }) => (key: IdentifierKey): Example => {
      const [one, many] = [shownBefore([group]), shownBefore(others)];
      return { component: key, before: isOfAfter ? many : one, after: isOfAfter ? one : many };
    });
    return { kind, count: all.reduce((sum, one) => sum + weigh(one), 0), examples };
  });
  const ofIdentifiers = (
    kind: ChangeKind,
    now: ReadonlySet<IdentifierKey>,
    then: ReadonlySet<IdentifierKey>,
  ): Change => {
    const moved = [...now].filter((key) => !then.has(key));
    return { kind, count: moved.length, examples: moved.map((about) => aboutOne(component, about, was, is)) };
  };
  const ofComponent = (kind: ChangeKind, isSo: boolean): Change => ({
    kind,
    count: isSo ? 1 : 0,
    examples: isSo
      ? [(key) => ({ component: key, before: shownBefore(was.groups), after: shownBefore(is.groups) })]
      : [],
  });
  return [
    ...ofGroups,
    ofIdentifiers("shared", is.shared, was.shared),
    ofIdentifiers("noLongerShared", was.shared, is.shared),
    ofIdentifiers("blocked", is.blocked, was.blocked),
    ofIdentifiers("noLongerBlocked", was.blocked, is.blocked),
    ofComponent("quarantined", is.isQuarantined && !was.isQuarantined),
    ofComponent("noLongerQuarantined", was.isQuarantined && !is.isQuarantined),
  ].filter(({ count }) => count > 0);
}

/** A group and those of the other rules that hold any of its identifiers. */
interface Comparison {
  readonly group: Group;
  readonly others: readonly Group[];
}

const comparisons = (of: Seen, other: Seen): readonly Comparison[] =>
  of.groups.map((group) => ({
    group,
    others: [...new Set(group.keys.flatMap((key) => other.groupOf.get(key) ?? []))],
  }));

const isSeveral = ({ others }: Comparison): boolean => others.length > 1;

const hasId = ({ groups }: Seen, id: ProfileId): boolean => groups.some((group) => group.id === id);

const aboutOne =
  (component: Component, about: IdentifierKey, was: Seen, is: Seen) =>
  (key: IdentifierKey): Example => {
    const at = (seen: Seen) => shown(component, [seen.groupOf.get(about) as Group]);
    return { component: key, about: shownIdentifier(component, about), before: at(was), after: at(is) };
  };

/** Bounds of one example: enough to see what happens, whatever the size of the component. */
const MOST_PROFILES = 5;
const MOST_IDENTIFIERS = 10;

const shown = (component: Component, groups: readonly Group[]): ShownProfile[] =>
  groups.slice(0, MOST_PROFILES).map(({ id, keys }) => ({
    profileId: id,
    identifiers: keys.slice(0, MOST_IDENTIFIERS).map((key) => shownIdentifier(component, key)),
    more: Math.max(0, keys.length - MOST_IDENTIFIERS),
  }));

function shownIdentifier({ members }: Component, key: IdentifierKey): { type: string; value: string } {
  const { type = "", value = "" } = members.get(key)?.identifier ?? {};
  return { type, value };
}

function bigProfile({ members }: Component, groups: readonly Group[]): BigProfile {
  const { id, keys } = groups.reduce((x, y) => (x.keys.length >= y.keys.length ? x : y));
  const types: Record<string, number> = {};
  for (const key of keys) {
    const type = members.get(key)?.identifier.type ?? "";
    types[type] = (types[type] ?? 0) + 1;
  }
  return { profileId: id, identifiers: keys.length, types };
}
