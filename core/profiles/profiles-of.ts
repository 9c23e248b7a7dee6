import type { IdentityRules } from "#core/identity/identity-rules.ts";
import { type Partition, partition } from "#core/identity/partition.ts";
import type { IdentifierKey } from "#core/kernel/identifier.ts";
import { compareIdentifiers } from "#core/kernel/identifier.ts";
import type { Json } from "#core/kernel/json.ts";
import { compareText } from "#core/kernel/order.ts";
import { isoTime } from "#core/kernel/time.ts";
import { type Component, identifiersOf, type Member } from "./component.ts";
import { emptyFragment, type Fragment, joinFragments } from "./fragment.ts";
import type { Profile } from "./profile.ts";
import type { ProfileId } from "./profile-id.ts";
import { profileIdOf } from "./profile-id.ts";

/** A profile as a group of members, before it is dressed for showing. */
export interface ProfileGroup {
  readonly id: ProfileId;
  /** Eldest first. */
  readonly members: readonly (readonly [IdentifierKey, Member])[];
  readonly fragment: Fragment;
}

export function partitionOf(component: Component, rules: IdentityRules): Partition {
  if (component.members.size === 1) {
    return { groups: [[...component.members.keys()]], refused: new Map(), forest: [], shared: new Set() };
  }
  return partition(
    { identifiers: identifiersOf(component), links: component.links.values(), retracted: component.retracted },
    rules,
  );
}

/** The profiles that a component's identifiers form, eldest profile first. */
export function profileGroupsOf(component: Component, rules: IdentityRules): readonly ProfileGroup[] {
  return groupsIn(component, partitionOf(component, rules), rules);
}

export const groupsIn = (component: Component, { groups }: Partition, rules: IdentityRules): readonly ProfileGroup[] =>
  groups.map((keys) => groupOf(component, keys, rules));

function groupOf(component: Component, keys: readonly IdentifierKey[], rules: IdentityRules): ProfileGroup {
  const members = keys
    .map((key) => [key, component.members.get(key) as Member] as const)
    .sort(([k, m], [l, n]) => m.firstSeen - n.firstSeen || compareText(k, l));
  const [eldest] = members;
  if (eldest === undefined) throw new Error("a partition has no empty groups");
  const fragments = members.flatMap(([, member]) => (member.fragment ? [member.fragment] : []));
  return { id: profileIdOf(eldest[0]), members, fragment: joinAll(fragments, members, rules) };
}

function joinAll(
  fragments: readonly Fragment[],
  members: ProfileGroup["members"],
  { recentEvents }: IdentityRules,
): Fragment {
  const firstSeen = Math.min(...members.map(([, member]) => member.firstSeen));
  const lastSeen = Math.max(...members.map(([, member]) => member.lastSeen));
  const [only, ...others] = fragments;
  // What joining it with nothing gives, as most profiles have one fragment alone.
  if (only !== undefined && others.length === 0 && only.recent.length <= recentEvents) {
    return { ...only, firstSeen, lastSeen };
  }
  return fragments.reduce((x, y) => joinFragments(x, y, recentEvents), emptyFragment(firstSeen, lastSeen));
}

/** Dresses a group for showing. `version` is the stored component's. */
export function profileOf(group: ProfileGroup, version: number): Profile {
  const { fragment } = group;
  const traits: Record<string, Json> = {};
  for (const name of Object.keys(fragment.traits).sort(compareText)) {
    const value = fragment.traits[name]?.value;
    if (value !== undefined && value !== null) traits[name] = value;
  }
  const identifiers = [...group.members].map(([, member]) => member);
  return {
    id: group.id,
    identifiers: identifiers
      .sort((a, b) => compareIdentifiers(a.identifier, b.identifier))
      .map(({ identifier, firstSeen, lastSeen }) => ({
        ...identifier,
        firstSeen: isoTime(firstSeen),
        lastSeen: isoTime(lastSeen),
      })),
    traits: traits as Profile["traits"],
    computed: {},
    consent: Object.fromEntries(
      Object.entries(fragment.consent).map(([purpose, { state, at, source }]) => [
        purpose,
        { state, at: isoTime(at), source },
      ]),
    ),
    segments: [],
    firstSeen: isoTime(fragment.firstSeen),
    lastSeen: isoTime(fragment.lastSeen),
    aliases: group.members.slice(1).map(([key]) => profileIdOf(key)),
    version,
  };
}
