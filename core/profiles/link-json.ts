import { type Link, type LinkId, linkBetween } from "#core/identity/link.ts";
import { type Retraction, unknownRetraction } from "#core/identity/retraction.ts";
import type { IdentifierKey } from "#core/kernel/identifier.ts";
import type { EpochMs } from "#core/kernel/time.ts";

/**
 * Links that one event or one act made together: what they claim, when since the component's first time and by whose
 * word, then the positions of the two members of each in turn. Why, as part of what and in which round only where there
 * is any of it: only people's links have such.
 */
export type LinksItem = readonly [...Claim, pairs: readonly number[], ...Reasons];

/** In the first stored form each link stood by itself, with its time in full. */
export type FirstLinkItem = readonly [a: number, b: number, ...Claim, reason: string | null, ...Acts];

type Claim = readonly [
  class_: Link["class"],
  verdict: Link["verdict"],
  source: string,
  trust: Link["trust"],
  weight: number,
  at: number,
  by: string,
];
type Acts = readonly [act?: Link["act"] | null | undefined, round?: number | null | undefined];
type Reasons = readonly [reason?: string | null, ...Acts];

/** The id alone where nobody is named; else with when (time and digest), who, why and as part of what. */
export type RetractionItem =
  | string
  | readonly [id: string, at: number, by: string, who: string, reason: string | null, act: Retraction["act"] | null];

export function encodeLinks(
  links: Iterable<Link>,
  positions: ReadonlyMap<IdentifierKey, number>,
  since: EpochMs,
): readonly LinksItem[] {
  const together = new Map<string, { readonly claim: Claim; readonly pairs: number[]; readonly reasons: Reasons }>();
  for (const link of links) {
    const { class: class_, verdict, source, trust, weight, first, reason, act, round } = link;
    const claim: Claim = [class_, verdict, source, trust, weight, first.at - since, first.by];
    const isPlain = reason === undefined && act === undefined && round === undefined;
    const reasons: Reasons = isPlain ? [] : [reason ?? null, act ?? null, round ?? null];
    const name = JSON.stringify([claim, reasons]);
    const group = together.get(name) ?? { claim, pairs: [], reasons };
    group.pairs.push(positions.get(link.a) ?? -1, positions.get(link.b) ?? -1);
    together.set(name, group);
  }
  return [...together.values()].map(({ claim, pairs, reasons }): LinksItem => [...claim, pairs, ...reasons]);
}

export function decodeLinks(item: LinksItem, keys: readonly IdentifierKey[], since: EpochMs): readonly Link[] {
  const [class_, verdict, source, trust, weight, ago, by, pairs, reason, act, round] = item;
  const links: Link[] = [];
  for (let at = 0; at < pairs.length; at += 2) {
    const ends = [pairs[at] ?? -1, pairs[at + 1] ?? -1] as const;
    const claim: Claim = [class_, verdict, source, trust, weight, since + ago, by];
    links.push(decodeFirstLink([...ends, ...claim, reason ?? null, act, round], keys));
  }
  return links;
}

export function decodeFirstLink(item: FirstLinkItem, keys: readonly IdentifierKey[]): Link {
  const [a, b, class_, verdict, source, trust, weight, at, by, reason, act, round] = item;
  return linkBetween(keyAt(a, keys), keyAt(b, keys), {
    class: class_,
    verdict,
    source,
    trust,
    weight,
    at: { at, by },
    ...(reason === null ? {} : { reason }),
    ...(act == null ? {} : { act }),
    ...(round == null ? {} : { round }),
  });
}

function keyAt(position: number, keys: readonly IdentifierKey[]): IdentifierKey {
  const key = keys[position];
  if (key === undefined) throw new Error(`a stored link names member ${position}, which the component has not`);
  return key;
}

export const encodeRetraction = ([id, { first, who, reason, act }]: readonly [LinkId, Retraction]): RetractionItem =>
  first === undefined ? id : [id, first.at, first.by, who ?? "", reason ?? null, act ?? null];

export function decodeRetraction(item: RetractionItem): [LinkId, Retraction] {
  if (typeof item === "string") return [item as LinkId, unknownRetraction];
  const [id, at, by, who, reason, act] = item;
  const told = { ...(reason === null ? {} : { reason }), ...(act == null ? {} : { act }) };
  return [id as LinkId, { first: { at, by }, who, ...told }];
}
