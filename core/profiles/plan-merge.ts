import type { IdentityRules } from "#core/identity/identity-rules.ts";
import type { Refusal } from "#core/identity/partition.ts";
import type { IdentifierKey } from "#core/kernel/identifier.ts";
import { compareText } from "#core/kernel/order.ts";
import { type Rejection, rejection } from "#core/kernel/rejection.ts";
import { type Component, joinComponents } from "./component.ts";
import { refusalInWords } from "./explain-link.ts";
import type { FoundProfile } from "./find-profile.flow.ts";
import { humanLink, type LinkAct, type PlannedAct, retractionOf, withAssertions } from "./link-act.ts";
import { type ProfileGroup, partitionOf, profileGroupsOf } from "./profiles-of.ts";

/**
 * What has to be said so that two profiles are one: a link between their strongest identifiers, and that what people
 * said against it is taken back. Nothing where they are one already. Refused where a rule would not let it come true,
 * or not whole: then nothing must be said at all.
 */
export function planMerge(
  one: FoundProfile,
  other: FoundProfile,
  by: LinkAct,
  rules: IdentityRules,
): PlannedAct | Rejection<"merge.refused"> {
  const known = joinComponents(one.component, other.component);
  const own = [keysOf(one.group), keysOf(other.group)] as const;
  const both = new Set(own.flat());
  const [a, b] = [strongest(own[0]), strongest(own[1])];
  const already = withKey(profileGroupsOf(known, rules), a);
  if (already !== undefined && isWhole(already, both)) return { assertions: [], component: known, groups: [already] };
  const against = [...known.links.values()].filter(
    (link) =>
      link.class === "human" &&
      link.verdict === "different" &&
      !known.retracted.has(link.id) &&
      isAcross(link, new Set(own[0]), new Set(own[1])),
  );
  const assertions = [
    ...against.map(({ id }) => retractionOf(id, by)),
    humanLink([identifierOf(known, a), identifierOf(known, b)], "same", by, known),
  ];
  const component = withAssertions(known, assertions);
  const groups = profileGroupsOf(component, rules);
  const merged = withKey(groups, a);
  if (merged === undefined || !isWhole(merged, both)) return refused(known, component, both, rules);
  return { assertions, component, groups: [merged] };
}

export const keysOf = ({ members }: ProfileGroup): readonly IdentifierKey[] => members.map(([key]) => key);

/** Keys are in the order of strength. */
export const strongest = (keys: readonly IdentifierKey[]): IdentifierKey =>
  keys.reduce((x, y) => (compareText(x, y) <= 0 ? x : y));

export const withKey = (groups: readonly ProfileGroup[], key: IdentifierKey): ProfileGroup | undefined =>
  groups.find((group) => keysOf(group).includes(key));

export const isAcross = (
  { a, b }: { readonly a: IdentifierKey; readonly b: IdentifierKey },
  one: ReadonlySet<IdentifierKey>,
  other: ReadonlySet<IdentifierKey>,
): boolean => (one.has(a) && other.has(b)) || (other.has(a) && one.has(b));

export function identifierOf({ members }: Component, key: IdentifierKey) {
  const member = members.get(key);
  if (member === undefined) throw new Error("a profile has an identifier that its component has not");
  return member.identifier;
}

function isWhole(group: ProfileGroup, keys: ReadonlySet<IdentifierKey>): boolean {
  const held = new Set(keysOf(group));
  return [...keys].every((key) => held.has(key));
}

/** In the words of the first link that would newly be refused: the merge's own, or one that it would break. */
function refused(
  before: Component,
  after: Component,
  both: ReadonlySet<IdentifierKey>,
  rules: IdentityRules,
): Rejection<"merge.refused"> {
  const was = partitionOf(before, rules).refused;
  const newly = [...partitionOf(after, rules).refused].find(([id]) => {
    const link = after.links.get(id);
    return !was.has(id) && link !== undefined && both.has(link.a) && both.has(link.b);
  });
  const [, because] = newly ?? [];
  const words =
    because === undefined ? "Not done: a link that people made stands against it." : refusalInWords(because, rules);
  return rejection("merge.refused", `these profiles cannot become one. ${words} ${whatNext(because)}`);
}

const NEXT: Readonly<Record<Refusal, string>> = {
  limit: "Look at which identifiers of each are wrong, split those off, or allow more in the identity rules.",
  too_many_identifiers: "Split off what does not belong to them, or allow more in the identity rules.",
  different: "Ask for explain of both and take the verdict back that keeps them apart.",
  untrusted: "Assert the link with a server's or a person's word.",
  shared: "Merge by identifiers that are one person's own.",
  blocked: "Merge by other identifiers, or unblock the value in the identity rules.",
};

const whatNext = (because: Refusal | undefined): string => NEXT[because ?? "different"];
