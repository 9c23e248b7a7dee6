import * as z from "zod";
import { type Link, type LinkId, linkBetween } from "#core/identity/link.ts";
import { type Retraction, unknownRetraction } from "#core/identity/retraction.ts";
import { type IdentifierKey, identifierKey } from "#core/kernel/identifier.ts";
import type { Component, Member } from "./component.ts";
import type { Fragment } from "./fragment.ts";

/**
 * A component as compact JSON: positions instead of names, keys and link ids left out because they are digests of what
 * is there. Stores keep this text (DynamoDB compressed). `v` is the version of the form itself.
 */
const Register = z.tuple([z.json(), z.number(), z.string()]);
const ConsentItem = z.tuple([z.union([z.literal(0), z.literal(1)]), z.number(), z.string(), z.string()]);
const RecentItem = z.union([
  z.tuple([z.number(), z.string(), z.string()]),
  z.tuple([z.number(), z.string(), z.string(), z.number()]),
]);
/** When and who in turn: flat, because there are many of them. */
const HeardItem = z.array(z.union([z.number(), z.string()]));
const FragmentItem = z.tuple([
  z.number(),
  z.number(),
  z.record(z.string(), Register),
  z.record(z.string(), ConsentItem),
  z.array(RecentItem),
  HeardItem.optional(),
]);
const MemberItem = z.union([
  z.tuple([z.string(), z.string(), z.number(), z.number()]),
  z.tuple([z.string(), z.string(), z.number(), z.number(), FragmentItem]),
]);
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
const StoredComponent = z.object({
  v: z.literal(1),
  m: z.array(MemberItem),
  l: z.array(LinkItem).optional(),
  r: z.array(RetractedItem).optional(),
});
type StoredComponent = z.infer<typeof StoredComponent>;

export function encodeComponent(component: Component): string {
  const keys = [...component.members.keys()];
  const at = new Map(keys.map((key, position) => [key, position]));
  const links = [...component.links.values()].map((link) => encodeLink(link, at));
  const stored = {
    v: 1,
    m: [...component.members.values()].map(encodeMember),
    ...(links.length > 0 ? { l: links } : {}),
    ...(component.retracted.size > 0 ? { r: [...component.retracted].map(encodeRetraction) } : {}),
  };
  return JSON.stringify(stored);
}

/**
 * Reads what `encodeComponent` wrote. The text comes from our own store, so only its version is checked here; the
 * schema above says what it holds, and a test holds the two together.
 */
export function decodeComponent(text: string): Component {
  const stored = JSON.parse(text) as StoredComponent;
  if (stored.v !== 1) throw new Error(`a component of form ${String(stored.v)} is from another version of Tributary`);
  const members = stored.m.map((item): Member => {
    const [type, value, firstSeen, lastSeen, fragment] = item;
    const seen = { identifier: { type, value }, firstSeen, lastSeen };
    return fragment === undefined ? seen : { ...seen, fragment: decodeFragment(fragment) };
  });
  const keyed = members.map((member) => [identifierKey(member.identifier), member] as const);
  const links = (stored.l ?? []).map((item) => decodeLink(item, keyed));
  return {
    members: new Map(keyed),
    links: new Map(links.map((link) => [link.id, link])),
    retracted: new Map((stored.r ?? []).map(decodeRetraction)),
  };
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

function encodeMember({ identifier, firstSeen, lastSeen, fragment }: Member): z.infer<typeof MemberItem> {
  const seen = [identifier.type, identifier.value, firstSeen, lastSeen] as const;
  return fragment === undefined ? [...seen] : [...seen, encodeFragment(fragment)];
}

function encodeFragment(fragment: Fragment): z.infer<typeof FragmentItem> {
  const traits: Record<string, z.infer<typeof Register>> = {};
  for (const [name, { value, at, by }] of Object.entries(fragment.traits)) {
    traits[name] = [value as z.infer<typeof Register>[0], at, by];
  }
  const consent: Record<string, z.infer<typeof ConsentItem>> = {};
  for (const [purpose, { state, at, by, source }] of Object.entries(fragment.consent)) {
    consent[purpose] = [state === "granted" ? 1 : 0, at, by, source];
  }
  const recent = fragment.recent.map(
    ({ at, by, name, value }): z.infer<typeof RecentItem> =>
      value === undefined ? [at, by, name] : [at, by, name, value],
  );
  const seen = [fragment.firstSeen, fragment.lastSeen, traits, consent, recent] as const;
  const heard = fragment.heard.flatMap(({ at, by }) => [at, by]);
  return heard.length === 0 ? [...seen] : [...seen, heard];
}

function decodeFragment(item: z.infer<typeof FragmentItem>): Fragment {
  const [firstSeen, lastSeen, traits, consent, recent, heard] = item;
  const decodedTraits: Record<string, Fragment["traits"][string]> = {};
  for (const name of Object.keys(traits)) {
    const [value, at, by] = traits[name] as z.infer<typeof Register>;
    decodedTraits[name] = { value, at, by };
  }
  const decodedConsent: Record<string, Fragment["consent"][string]> = {};
  for (const purpose of Object.keys(consent)) {
    const [granted, at, by, source] = consent[purpose] as z.infer<typeof ConsentItem>;
    decodedConsent[purpose] = { state: granted === 1 ? "granted" : "denied", at, by, source };
  }
  return {
    firstSeen,
    lastSeen,
    traits: decodedTraits,
    consent: decodedConsent,
    recent: recent.map(([at, by, name, value]) => (value === undefined ? { at, by, name } : { at, by, name, value })),
    heard: decodeHeard(heard ?? []),
  };
}

function decodeHeard(item: z.infer<typeof HeardItem>): Fragment["heard"] {
  const heard: Fragment["heard"][number][] = [];
  for (let at = 0; at < item.length; at += 2) heard.push({ at: item[at] as number, by: item[at + 1] as string });
  return heard;
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
