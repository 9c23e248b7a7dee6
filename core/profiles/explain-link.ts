import type { IdentityRules } from "#core/identity/identity-rules.ts";
import type { Link } from "#core/identity/link.ts";
import type { Partition, Refusal } from "#core/identity/partition.ts";
import type { Retraction } from "#core/identity/retraction.ts";
import { type Identifier, type IdentifierKey, identifierText } from "#core/kernel/identifier.ts";
import { isoTime } from "#core/kernel/time.ts";
import type { Component } from "./component.ts";
import type { ExplainedLink } from "./explanation.ts";

/** Tells a link of a component to whoever asks of the profile that has `own` for identifiers. */
export function explainLink(
  link: Link,
  component: Component,
  partition: Partition,
  own: ReadonlySet<IdentifierKey>,
  rules: IdentityRules,
): ExplainedLink {
  const a = identifierAt(component, link.a);
  const b = identifierAt(component, link.b);
  const retraction = component.retracted.get(link.id);
  // A link that was refused, whose two ends others brought together, claims no more than what is.
  const together = own.has(link.a) && own.has(link.b);
  const refusal = together || retraction !== undefined ? undefined : partition.refused.get(link.id);
  const standing = retraction === undefined ? refusal && refusalInWords(refusal, rules) : takenBack(retraction);
  return {
    id: link.id,
    a,
    b,
    class: link.class,
    verdict: link.verdict,
    state: retraction === undefined ? (refusal === undefined ? "live" : "refused") : "retracted",
    refusal: refusal ?? null,
    because: [claimInWords(link, a, b), standing].filter((part) => part !== undefined).join(" "),
    source: link.source,
    trust: link.trust,
    weight: link.weight,
    at: isoTime(link.first.at),
    reason: link.reason ?? null,
    act: link.act ?? null,
    retraction: retraction === undefined ? null : tellRetraction(retraction),
  };
}

export const tellRetraction = ({ who, first, reason, act }: Retraction): NonNullable<ExplainedLink["retraction"]> => ({
  who: who ?? null,
  at: first === undefined ? null : isoTime(first.at),
  reason: reason ?? null,
  act: act ?? null,
});

export function identifierAt(component: Component, key: IdentifierKey): Identifier {
  const member = component.members.get(key);
  if (member === undefined) throw new Error("a link names an identifier that its component has not");
  return member.identifier;
}

function claimInWords(link: Link, a: Identifier, b: Identifier): string {
  const pair = `${identifierText(a)} and ${identifierText(b)}`;
  return `${claimant(link)} ${link.verdict === "same" ? "one person" : "two people"}: ${pair}.`;
}

const claimant = (link: Link): string =>
  ({
    human: `${link.source} decided that these are`,
    deterministic: `An event from ${link.source} carried both, which makes them`,
    probabilistic: `${link.source} holds it ${Math.round(link.weight * 100)} % likely that these are`,
  })[link.class];

function takenBack({ who, first, reason }: Retraction): string {
  if (who === undefined || first === undefined) return "That was taken back.";
  return `That was taken back by ${who} at ${isoTime(first.at)}${reason === undefined ? "" : ` (${reason})`}.`;
}

/** The rule that a link would break, as whoever reads of it understands it. */
export const refusalInWords = (refusal: Refusal, rules: IdentityRules): string =>
  `Not done: ${REFUSED[refusal](rules)}.`;

const REFUSED: Readonly<Record<Refusal, (rules: IdentityRules) => string>> = {
  limit: ({ limits }) =>
    `one profile may hold at most ${Object.entries(limits)
      .filter(([, most]) => most > 0)
      .map(([type, most]) => `${most} ${type}`)
      .join(", ")}, and a stronger link came first`,
  too_many_identifiers: ({ maxIdentifiers }) => `the profile would hold more than ${maxIdentifiers} identifiers`,
  different: () => "a person decided that somebody among them is somebody else",
  untrusted: () => "both are identified people, and a browser may not decide that they are one",
  shared: ({ sharedAbove }) => `one of them is used by more than ${sharedAbove} people`,
  blocked: () => "the rules have come to block one of the two values, which identifies nobody any more",
};
