import type { Trust } from "#core/events/source.ts";
import { digestOf } from "#core/kernel/digest.ts";
import { compareIdentifiers, type Identifier, type IdentifierKey, identifierKey } from "#core/kernel/identifier.ts";
import { compareStamps, compareText, type Stamp } from "#core/kernel/order.ts";

/** Who or what says so: a person's decision, a fact (both in one event), or a guess with a weight. */
export type LinkClass = "human" | "deterministic" | "probabilistic";
export type LinkVerdict = "same" | "different";
/** What somebody did when they said so: it names the act to whoever reads of it later, and changes no answer. */
export type ActKind = "merge" | "split";

/**
 * An assertion that two identifiers are one person (or are not). Its id is the digest of what it claims and who claims
 * it, so asserting twice is once; `first` is the earliest evidence, a minimum, so links join in any order.
 */
export interface Link {
  readonly id: LinkId;
  readonly a: IdentifierKey;
  readonly b: IdentifierKey;
  readonly class: LinkClass;
  readonly verdict: LinkVerdict;
  readonly source: string;
  readonly trust: Trust;
  /** 0 to 1; only probabilistic links have one below 1. */
  readonly weight: number;
  readonly first: Stamp;
  readonly reason?: string;
  /** What the claim was part of; absent where it was made by itself. */
  readonly act?: ActKind;
  /**
   * How often the same was claimed, taken back and claimed again, from 2 on. A retraction is for ever, so each round is
   * a link of its own.
   */
  readonly round?: number;
}

/** `<key of a>.<digest of the claim>`: the first part says where the link is kept. */
export type LinkId = string & { readonly __brand: "LinkId" };

export interface LinkClaim {
  readonly between: readonly [Identifier, Identifier];
  readonly class: LinkClass;
  readonly verdict: LinkVerdict;
  readonly source: string;
  readonly trust: Trust;
  readonly weight?: number;
  readonly at: Stamp;
  readonly reason?: string;
  readonly act?: ActKind;
  readonly round?: number;
}

export function assertLink(claim: LinkClaim): Link {
  const [x, y] = claim.between;
  const [strong, weak] = compareIdentifiers(x, y) <= 0 ? [x, y] : [y, x];
  return linkBetween(identifierKey(strong), identifierKey(weak), claim);
}

/** The same from the keys, the stronger identifier's first. */
export function linkBetween(a: IdentifierKey, b: IdentifierKey, claim: Omit<LinkClaim, "between">): Link {
  const weight = claim.weight ?? 1;
  const { round } = claim;
  const said = [a, b, claim.class, claim.verdict, claim.source, claim.trust, String(weight)];
  const content = digestOf(...said, ...(round === undefined ? [] : [String(round)]));
  return {
    id: `${a}.${content}` as LinkId,
    a,
    b,
    class: claim.class,
    verdict: claim.verdict,
    source: claim.source,
    trust: claim.trust,
    weight,
    first: claim.at,
    ...(claim.reason === undefined ? {} : { reason: claim.reason }),
    ...(claim.act === undefined ? {} : { act: claim.act }),
    ...(round === undefined ? {} : { round }),
  };
}

/** The key of the identifier whose component keeps the link, read from the link's id. */
export const keeperOf = (id: LinkId): IdentifierKey => id.slice(0, id.indexOf(".")) as IdentifierKey;

/** Two sightings of one assertion: the earliest evidence stands, and of equally early ones the lesser words. */
export function joinLinks(x: Link, y: Link): Link {
  const order = compareStamps(x.first, y.first) || compareText(wordsOf(x), wordsOf(y));
  return order <= 0 ? x : y;
}

/** No reason is not an empty one: last, so that it decides where nothing else does. */
const wordsOf = ({ reason, act }: Link): string => JSON.stringify([reason ?? "", act ?? "", typeof reason]);
