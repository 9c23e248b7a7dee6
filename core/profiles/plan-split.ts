import type { IdentityRules } from "#core/identity/identity-rules.ts";
import type { Link } from "#core/identity/link.ts";
import type { Identifier, IdentifierKey } from "#core/kernel/identifier.ts";
import { type Rejection, rejection } from "#core/kernel/rejection.ts";
import type { Component } from "./component.ts";
import type { Assertion } from "./evidence.ts";
import type { FoundProfile } from "./find-profile.flow.ts";
import { humanLink, type LinkAct, type PlannedAct, retractionOf, withAssertions } from "./link-act.ts";
import { identifierOf, isAcross, keysOf, strongest, withKey } from "./plan-merge.ts";
import { profileGroupsOf } from "./profiles-of.ts";

export type SplitCode = "split.nothing_left" | "split.not_possible";

/**
 * What has to be said so that these identifiers of a profile are one person and the others another, and nothing else:
 *
 * 1. what people said across the two is taken back;
 * 2. the strongest of each are two people, which no event can make one again;
 * 3. whatever that leaves on the wrong side is said to be one with its own side's strongest. People's links are tried
 *    before all others, so no event can tear it off again. The rest stays where its events put it.
 *
 * It is tried out after each step, so that no more is said than needed: what nobody said is not put into anybody's
 * mouth, and paths go on showing the events they hang on. Refused where another person's word draws them
 * together all the same: then nothing must be said at all.
 */
export function planSplit(
  { component: known, group }: FoundProfile,
  off: ReadonlySet<IdentifierKey>,
  by: LinkAct,
  rules: IdentityRules,
): PlannedAct | Rejection<SplitCode> {
  const own = keysOf(group);
  const sides = [own.filter((key) => off.has(key)), own.filter((key) => !off.has(key))] as const;
  if (sides.some((side) => side.length === 0)) {
    return rejection(
      "split.nothing_left",
      "these are all identifiers of the profile: name those of one person and leave the other's",
    );
  }
  const say = claimsBy(by, known);
  const across = peoplesLinksAcross(known, sides);
  const assertions: Assertion[] = [
    ...across.map(({ id }) => retractionOf(id, by)),
    say(strongest(sides[0]), strongest(sides[1]), "different"),
  ];
  for (;;) {
    const component = withAssertions(known, assertions);
    const groups = profileGroupsOf(component, rules);
    const lost = sides.flatMap((side) => {
      const held = new Set(keysOf(withKey(groups, strongest(side)) ?? group));
      return side.filter((key) => !held.has(key)).map((key) => [strongest(side), key] as const);
    });
    if (lost.length === 0) {
      const touched = groups.filter((each) => keysOf(each).some((key) => own.includes(key)));
      return { assertions, component, groups: touched };
    }
    const more = lost.map(([anchor, key]) => say(anchor, key, "same")).filter(isNotAmong(assertions));
    if (more.length === 0)
      return notPossible(
        known,
        lost.map(([, key]) => key),
      );
    assertions.push(...more);
  }
}

type Sides = readonly [readonly IdentifierKey[], readonly IdentifierKey[]];

/** What people said, and nobody took back, that draws the two sides together. */
function peoplesLinksAcross({ links, retracted }: Component, [off, rest]: Sides): readonly Link[] {
  const sides = [new Set(off), new Set(rest)] as const;
  return [...links.values()].filter(
    (link) => link.class === "human" && link.verdict === "same" && !retracted.has(link.id) && isAcross(link, ...sides),
  );
}

type Claim = ReturnType<typeof humanLink>;

const claimsBy =
  (by: LinkAct, known: Component) =>
  (a: IdentifierKey, b: IdentifierKey, verdict: "same" | "different"): Claim =>
    humanLink([identifierOf(known, a), identifierOf(known, b)], verdict, by, known);

const isNotAmong = (assertions: readonly Assertion[]) => {
  const said = new Set(assertions.map((each) => (each.kind === "link" ? each.link.id : undefined)));
  return ({ link }: Claim): boolean => !said.has(link.id);
};

function notPossible(known: Component, lost: readonly IdentifierKey[]): Rejection<SplitCode> {
  const named = lost.map((key) => nameOf(identifierOf(known, key))).join(", ");
  return rejection(
    "split.not_possible",
    `what people said of other profiles draws ${named} elsewhere; ask for explain, take those links back, and split again`,
  );
}

const nameOf = ({ type, value }: Identifier): string => `${type}:${value}`;
