import type { IdentityRules } from "#core/identity/identity-rules.ts";
import type { IdentifierKey } from "#core/kernel/identifier.ts";
import type { ComponentChange } from "#core/profiles/absorb-events.flow.ts";
import { followsLogins } from "#core/profiles/follows-logins.ts";
import type { Stored } from "#core/profiles/ports.ts";
import type { ProfileId } from "#core/profiles/profile-id.ts";
import { groupsIn, type ProfileGroup, partitionOf } from "#core/profiles/profiles-of.ts";
import { type Difference, differenceBetween } from "./difference.ts";
import type { JudgedBy } from "./membership.ts";

/** The profiles of one component, as it stood. */
export interface SeenComponent {
  readonly groups: readonly ProfileGroup[];
  readonly following: ReadonlySet<IdentifierKey>;
}

const NOBODY: SeenComponent = { groups: [], following: new Set() };

export function seenIn(stored: Stored | undefined, rules: IdentityRules): SeenComponent {
  if (stored?.kind !== "component") return NOBODY;
  const partition = partitionOf(stored.component, rules);
  return {
    groups: groupsIn(stored.component, partition, rules),
    following: followsLogins(stored.component, partition),
  };
}

/** A profile that a change may have moved in or out of segments. */
export type Moved =
  | {
      readonly kind: "changed";
      readonly id: ProfileId;
      readonly group: ProfileGroup;
      readonly following: SeenComponent["following"];
      readonly difference: Difference;
      readonly judgedBy: JudgedBy;
    }
  /** No such profile any more: it lives on in another. */
  | { readonly kind: "gone"; readonly id: ProfileId; readonly judgedBy: JudgedBy }
  /** The component went elsewhere: what became of the profile has to be looked up. */
  | { readonly kind: "elsewhere"; readonly id: ProfileId };

/**
 * The profiles that changes of one key concern, in the order in which they were made: as they stand after the last, with
 * all that differed on the way. Whoever was told of a part of them before may have judged by what stood in between, so
 * neither a profile that came and went nor a trait that is again what it was is passed over. It works from what stood
 * before and after alone, because that is what a stream delivers.
 */
export function movedBy(changes: readonly ComponentChange[], rules: IdentityRules): readonly Moved[] {
  const moved = new Map<ProfileId, Moved>();
  for (const change of changes) {
    for (const step of movedInStep(change, rules)) moved.set(step.id, joined(moved.get(step.id), step));
  }
  const last = changes.at(-1);
  return changes.length < 2 || last === undefined ? [...moved.values()] : asOf(last, moved, rules);
}

/** Two steps of one profile as one. */
function joined(earlier: Moved | undefined, step: Moved): Moved {
  if (earlier?.kind === "elsewhere") return step.kind === "gone" ? earlier : step;
  if (earlier?.kind !== "changed" || step.kind !== "changed") return step;
  const reshaped = step.difference.reshaped ?? earlier.difference.reshaped;
  const changed = new Map([...earlier.difference.changed, ...step.difference.changed]);
  return { ...step, difference: reshaped === undefined ? { changed } : { changed, reshaped } };
}

/** What moved on the way, as it stands after the last change: that may not have touched it. */
function asOf(
  { key, after: { version }, after }: ComponentChange,
  moved: ReadonlyMap<ProfileId, Moved>,
  rules: IdentityRules,
): readonly Moved[] {
  const { groups, following } = seenIn(after, rules);
  const judgedBy = { key, version };
  const standing = new Map(groups.map((group) => [group.id, group]));
  return [...moved.values()].map((each): Moved => {
    const group = standing.get(each.id);
    if (each.kind === "changed" && group !== undefined) return { ...each, group, following, judgedBy };
    return after.kind === "pointer" || each.kind === "elsewhere"
      ? { kind: "elsewhere", id: each.id }
      : { kind: "gone", id: each.id, judgedBy };
  });
}

function movedInStep({ key, before, after }: ComponentChange, rules: IdentityRules): readonly Moved[] {
  const was = seenIn(before, rules);
  if (after.kind === "pointer") return was.groups.map(({ id }) => ({ kind: "elsewhere", id }));
  const is = seenIn(after, rules);
  const judgedBy = { key, version: after.version };
  const earlier = new Map(was.groups.map((group) => [group.id, group]));
  // Whose events are whose may change though no profile's identifiers do.
  const isUnlike = !isSameSet(was.following, is.following);
  const changed = is.groups.flatMap((group): readonly Moved[] => {
    const before = earlier.get(group.id);
    const found = differenceBetween(before, group);
    const reshaped = before === undefined ? origin(group, was) : (found.reshaped ?? (isUnlike ? "split" : undefined));
    if (found.changed.size === 0 && reshaped === undefined) return [];
    const difference = reshaped === undefined ? found : { ...found, reshaped };
    return [{ kind: "changed", id: group.id, group, following: is.following, difference, judgedBy }];
  });
  const still = new Set(is.groups.map(({ id }) => id));
  const gone = was.groups.flatMap(({ id }): readonly Moved[] =>
    still.has(id) ? [] : [{ kind: "gone", id, judgedBy }],
  );
  return [...changed, ...gone];
}

/** What a profile that was not there before is made of. */
function origin({ members }: ProfileGroup, { groups }: SeenComponent): "new" | "merge" | "split" {
  const keys = new Set(members.map(([key]) => key));
  const parents = groups.filter((group) => group.members.some(([key]) => keys.has(key)));
  if (parents.length === 0) return "new";
  return parents.every((group) => group.members.every(([key]) => keys.has(key))) ? "merge" : "split";
}

const isSameSet = (x: ReadonlySet<unknown>, y: ReadonlySet<unknown>): boolean =>
  x.size === y.size && [...x].every((each) => y.has(each));
