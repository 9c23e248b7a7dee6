import type { IdentityRules } from "#core/identity/identity-rules.ts";
import type { Link } from "#core/identity/link.ts";
import type { Partition, Refusal } from "#core/identity/partition.ts";
import type { Identifier, IdentifierKey } from "#core/kernel/identifier.ts";
import { identifierText } from "#core/kernel/identifier.ts";
import { compareStamps, compareText } from "#core/kernel/order.ts";
import { isoTime } from "#core/kernel/time.ts";
import type { Component } from "./component.ts";
import type { ExplainedLink, Explanation } from "./explanation.ts";
import type { FoundProfile } from "./find-profile.flow.ts";
import { partitionOf, profileGroupsOf } from "./profiles-of.ts";

/** Says why a profile is what it is. Computed from what made it, so it cannot disagree with it. */
export function explain(found: FoundProfile, rules: IdentityRules): Explanation {
  const { component, group, version } = found;
  const partition = partitionOf(component, rules);
  const own = new Set(group.members.map(([key]) => key));
  const touching = [...component.links.values()]
    .filter((link) => own.has(link.a) || own.has(link.b))
    .sort((x, y) => compareStamps(x.first, y.first) || compareText(x.id, y.id));
  const beyond = new Set(touching.flatMap((link) => [link.a, link.b]).filter((key) => !own.has(key)));
  return {
    profileId: group.id,
    version,
    identifiers: group.members.map(([key, { identifier, firstSeen, lastSeen }]) => ({
      ...identifier,
      firstSeen: isoTime(firstSeen),
      lastSeen: isoTime(lastSeen),
      shared: partition.shared.has(key),
    })),
    links: touching.map((link) => explainLink(link, component, partition, own, rules)),
    apart: profileGroupsOf(component, rules)
      .filter(({ members }) => members.some(([key]) => beyond.has(key)))
      .map(({ id, members }) => ({ profileId: id, identifiers: members.map(([, { identifier }]) => identifier) })),
  };
}

function explainLink(
  link: Link,
  component: Component,
  partition: Partition,
  own: ReadonlySet<IdentifierKey>,
  rules: IdentityRules,
): ExplainedLink {
  const a = identifierAt(component, link.a);
  const b = identifierAt(component, link.b);
  // A link that was refused, whose two ends others brought together, claims no more than what is.
  const together = own.has(link.a) && own.has(link.b);
  const refusal = together ? undefined : partition.refused.get(link.id);
  const state = component.retracted.has(link.id) ? "retracted" : refusal === undefined ? "live" : "refused";
  return {
    id: link.id,
    a,
    b,
    class: link.class,
    verdict: link.verdict,
    state,
    refusal: state === "refused" ? (refusal ?? null) : null,
    because: inWords(link, a, b, state === "retracted" ? "retracted" : refusal, rules),
    source: link.source,
    trust: link.trust,
    weight: link.weight,
    at: isoTime(link.first.at),
    reason: link.reason ?? null,
  };
}

function identifierAt(component: Component, key: IdentifierKey): Identifier {
  const member = component.members.get(key);
  if (member === undefined) throw new Error("a link names an identifier that its component has not");
  return member.identifier;
}

function inWords(
  link: Link,
  a: Identifier,
  b: Identifier,
  standing: "retracted" | Refusal | undefined,
  rules: IdentityRules,
): string {
  const pair = `${identifierText(a)} and ${identifierText(b)}`;
  const claim = `${claimant(link)} ${link.verdict === "same" ? "one person" : "two people"}: ${pair}`;
  if (standing === undefined) return `${claim}.`;
  return `${claim}. ${standing === "retracted" ? "That was taken back." : REFUSED[standing](rules)}`;
}

const claimant = (link: Link): string =>
  ({
    human: `${link.source} decided that these are`,
    deterministic: `An event from ${link.source} carried both, which makes them`,
    probabilistic: `${link.source} holds it ${Math.round(link.weight * 100)} % likely that these are`,
  })[link.class];

const REFUSED: Readonly<Record<Refusal, (rules: IdentityRules) => string>> = {
  limit: ({ limits }) =>
    `Not done: one profile may hold at most ${Object.entries(limits)
      .filter(([, most]) => most > 0)
      .map(([type, most]) => `${most} ${type}`)
      .join(", ")}, and a stronger link came first.`,
  too_many_identifiers: ({ maxIdentifiers }) =>
    `Not done: the profile would hold more than ${maxIdentifiers} identifiers.`,
  different: () => "Not done: a person decided that somebody among them is somebody else.",
  untrusted: () => "Not done: both are identified people, and a browser may not decide that they are one.",
  shared: ({ sharedAbove }) => `Not done: one of them is used by more than ${sharedAbove} people.`,
  blocked: () => "Not done: the rules have come to block one of the two, which then identifies nobody.",
};
