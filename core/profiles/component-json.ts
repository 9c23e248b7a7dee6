import * as z from "zod";
import { type Link, type LinkId, linkBetween } from "#core/identity/link.ts";
import { type Retraction, unknownRetraction } from "#core/identity/retraction.ts";
import { type IdentifierKey, identifierKey } from "#core/kernel/identifier.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { Component, Member } from "./component.ts";
import { decodeFragment, encodeFragment, type FragmentItem, type Sources } from "./fragment-json.ts";
import { decodeFirstForm, type FirstForm } from "./fragment-json-first.ts";

/**
 * A component as compact JSON: positions instead of names, distances instead of times, keys and link ids left out
 * because they are digests of what is there. Stores keep this text (DynamoDB compressed). `v` is the version of the form
 * itself: what is written is the second; what was stored in the first is still read.
 */
type Placed = readonly [type: string, value: string, firstSeen: number, lastSeen: number];
/** The first form: times in full. */
type FirstMember = Placed | readonly [...Placed, FirstForm];
/** The second: the first time is the distance from the component's first, the last that from the member's own first. */
type MemberItem = Placed | readonly [...Placed, FragmentItem];
const ActItem = z.enum(["merge", "split"]).nullable();
const LinkHead = [
  z.int(),
  z.int(),
  z.enum(["human", "deterministic", "probabilistic"]),
  z.enum(["same", "different"]),
  z.string(),
  z.enum(["browser", "server"]),
  z.number(),
  z.number(),
  z.string(),
  z.string().nullable(),
] as const;
/** With the act it is part of and its round, where it has either: only people's links do. */
const LinkItem = z.union([z.tuple(LinkHead), z.tuple([...LinkHead, ActItem, z.int().nullable()])]);
/** The id alone where nobody is named; else with when (time and digest), who, why and as part of what. */
const RetractedItem = z.union([
  z.string(),
  z.tuple([z.string(), z.number(), z.string(), z.string(), z.string().nullable(), ActItem]),
]);
type LinksItem = {
  readonly l?: readonly z.infer<typeof LinkItem>[];
  readonly r?: readonly z.infer<typeof RetractedItem>[];
};
type StoredComponent = LinksItem &
  (
    | { readonly v: 1; readonly m: readonly FirstMember[] }
    | {
        readonly v: 2;
        /** When the first of the members was seen first. */
        readonly t: EpochMs;
        /** The sources that are spoken of. */
        readonly s: readonly string[];
        readonly m: readonly MemberItem[];
      }
  );

export function encodeComponent(component: Component): string {
  const keys = [...component.members.keys()];
  const members = [...component.members.values()];
  const at = new Map(keys.map((key, position) => [key, position]));
  const links = [...component.links.values()].map((link) => encodeLink(link, at));
  const first = members.reduce((least, { firstSeen }) => Math.min(least, firstSeen), members[0]?.firstSeen ?? 0);
  const names: string[] = [];
  const sources = sourcesIn(names);
  const items = members.map((member) => encodeMember(member, first, sources));
  const stored: StoredComponent = {
    v: 2,
    t: first,
    s: names,
    m: items,
    ...(links.length > 0 ? { l: links } : {}),
    ...(component.retracted.size > 0 ? { r: [...component.retracted].map(encodeRetraction) } : {}),
  };
  return JSON.stringify(stored);
}

/** Positions in a list that grows by every name that is new. */
function sourcesIn(names: string[]): Sources {
  return {
    at: (position) => names[position],
    positionOf: (source) => {
      if (source === undefined) return -1;
      const known = names.indexOf(source);
      return known >= 0 ? known : names.push(source) - 1;
    },
  };
}

/**
 * Reads what `encodeComponent` wrote, now or in its first form. The text comes from our own store, so only its version is
 * checked here.
 */
export function decodeComponent(text: string): Component {
  const stored = JSON.parse(text) as StoredComponent;
  const keyed = decodeMembers(stored).map((member) => [identifierKey(member.identifier), member] as const);
  const links = (stored.l ?? []).map((item) => decodeLink(item, keyed));
  return {
    members: new Map(keyed),
    links: new Map(links.map((link) => [link.id, link])),
    retracted: new Map((stored.r ?? []).map(decodeRetraction)),
  };
}

function decodeMembers(stored: StoredComponent): readonly Member[] {
  switch (stored.v) {
    case 1:
      return stored.m.map(([type, value, firstSeen, lastSeen, fragment]): Member => {
        const seen = { identifier: { type, value }, firstSeen, lastSeen };
        return fragment === undefined ? seen : { ...seen, fragment: decodeFirstForm(fragment) };
      });
    case 2: {
      const sources = sourcesIn([...stored.s]);
      return stored.m.map((item) => decodeMember(item, stored.t, sources));
    }
    default: {
      const { v } = stored as { readonly v: unknown };
      throw new Error(`a component of form ${String(v)} is from another version of Tributary`);
    }
  }
}

function encodeMember(member: Member, first: EpochMs, sources: Sources): MemberItem {
  const { identifier, firstSeen, lastSeen, fragment } = member;
  const seen = [identifier.type, identifier.value, firstSeen - first, lastSeen - firstSeen] as const;
  return fragment === undefined ? seen : [...seen, encodeFragment(fragment, member, sources)];
}

function decodeMember([type, value, since, length, fragment]: MemberItem, first: EpochMs, sources: Sources): Member {
  const firstSeen = first + since;
  const seen = { identifier: { type, value }, firstSeen, lastSeen: firstSeen + length };
  return fragment === undefined ? seen : { ...seen, fragment: decodeFragment(fragment, seen, sources) };
}

function encodeLink(link: Link, at: ReadonlyMap<IdentifierKey, number>): z.infer<typeof LinkItem> {
  const { act, round } = link;
  const head = [
    at.get(link.a) ?? -1,
    at.get(link.b) ?? -1,
    link.class,
    link.verdict,
    link.source,
    link.trust,
    link.weight,
    link.first.at,
    link.first.by,
    link.reason ?? null,
  ] as const;
  return act === undefined && round === undefined ? [...head] : [...head, act ?? null, round ?? null];
}

function encodeRetraction([id, { first, who, reason, act }]: readonly [LinkId, Retraction]): z.infer<
  typeof RetractedItem
> {
  return first === undefined ? id : [id, first.at, first.by, who ?? "", reason ?? null, act ?? null];
}

function decodeRetraction(item: z.infer<typeof RetractedItem>): [LinkId, Retraction] {
  if (typeof item === "string") return [item as LinkId, unknownRetraction];
  const [id, at, by, who, reason, act] = item;
  const told = { ...(reason === null ? {} : { reason }), ...(act === null ? {} : { act }) };
  return [id as LinkId, { first: { at, by }, who, ...told }];
}

type Keyed = readonly (readonly [IdentifierKey, Member])[];

function decodeLink(item: z.infer<typeof LinkItem>, members: Keyed): Link {
  const [a, b, linkClass, verdict, source, trust, weight, at, by, reason, act, round] = item;
  return linkBetween(keyAt(a, members), keyAt(b, members), {
    class: linkClass,
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

function keyAt(position: number, members: Keyed): IdentifierKey {
  const key = members[position]?.[0];
  if (key === undefined) throw new Error(`a stored link names member ${position}, which the component has not`);
  return key;
}
