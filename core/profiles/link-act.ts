import { type ActKind, assertLink, type Link, type LinkId, type LinkVerdict } from "#core/identity/link.ts";
import { digestOf } from "#core/kernel/digest.ts";
import type { Identifier } from "#core/kernel/identifier.ts";
import type { Stamp } from "#core/kernel/order.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import { type Component, joinAllComponents } from "./component.ts";
import { type Assertion, assertionEvidence } from "./evidence.ts";
import type { ProfileGroup } from "./profiles-of.ts";

/** Somebody does something about who is who. */
export interface LinkAct {
  readonly who: string;
  readonly at: EpochMs;
  readonly reason?: string | undefined;
  /** Absent where a link is asserted or taken back by itself. */
  readonly act?: ActKind;
}

/** What an act comes to: what has to be said for it, and the profiles there are when that was taken in. */
export interface PlannedAct {
  readonly assertions: readonly Assertion[];
  readonly component: Component;
  readonly groups: readonly ProfileGroup[];
}

/** One act, one stamp: so that all it says is known to belong together. */
const stampOf = ({ who, at, reason, act }: LinkAct): Stamp => ({
  at,
  by: digestOf(who, reason ?? "", act ?? "").slice(0, 8),
});

/**
 * What a person says of two identifiers. A claim that was made and taken back must not be the retracted link: a
 * retraction is for ever. So the next time it is the claim of another round, which is a link of its own; one that still
 * stands is the same link again.
 */
export function humanLink(
  between: readonly [Identifier, Identifier],
  verdict: LinkVerdict,
  by: LinkAct,
  known: Component | undefined,
): Extract<Assertion, { readonly kind: "link" }> {
  const claim = {
    between,
    class: "human",
    verdict,
    source: by.who,
    trust: "server",
    at: stampOf(by),
    ...(by.reason === undefined ? {} : { reason: by.reason }),
    ...(by.act === undefined ? {} : { act: by.act }),
  } as const;
  let link: Link = assertLink(claim);
  for (let round = 2; known?.retracted.has(link.id); round++) link = assertLink({ ...claim, round });
  return { kind: "link", link, between };
}

export const retractionOf = (link: LinkId, by: LinkAct): Extract<Assertion, { readonly kind: "retraction" }> => ({
  kind: "retraction",
  link,
  retraction: {
    first: stampOf(by),
    who: by.who,
    ...(by.reason === undefined ? {} : { reason: by.reason }),
    ...(by.act === undefined ? {} : { act: by.act }),
  },
});

/** A component as it will be when this was taken in. */
export const withAssertions = (component: Component, assertions: readonly Assertion[]): Component =>
  joinAllComponents([component, ...assertions.map(assertionEvidence)]);
