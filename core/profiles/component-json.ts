import { type IdentifierKey, identifierKey } from "#core/kernel/identifier.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { Component, Member } from "./component.ts";
import { countsIn, decodeFragment, encodeFragment, type FragmentItem } from "./fragment-json.ts";
import { decodeFirstForm, type FirstForm } from "./fragment-json-first.ts";
import {
  decodeFirstLink,
  decodeLinks,
  decodeRetraction,
  encodeLinks,
  encodeRetraction,
  type FirstLinkItem,
  type LinksItem,
  type RetractionItem,
} from "./link-json.ts";
import { EventPacker, EventUnpacker, type PackedLists } from "./packed-events.ts";

/**
 * A component as compact JSON: positions instead of names, distances instead of times, keys and link ids left out
 * because they are digests of what is there. Stores keep this text (DynamoDB compressed). `v` is the version of the form
 * itself: what is written is the second; what was stored in the first is still read.
 */
interface SecondForm extends PackedLists {
  readonly v: 2;
  /** When the first of the members was seen first. */
  readonly t: EpochMs;
  readonly m: readonly MemberItem[];
  readonly l?: readonly LinksItem[];
  readonly r?: readonly RetractionItem[];
}

interface FirstStoredForm {
  readonly v: 1;
  /** Times in full. */
  readonly m: readonly (Placed | readonly [...Placed, FirstForm])[];
  readonly l?: readonly FirstLinkItem[];
  readonly r?: readonly RetractionItem[];
}

/** The first time is the distance from the component's first, the last that from the member's own first. */
type MemberItem = Placed | readonly [...Placed, FragmentItem];
type Placed = readonly [type: string, value: string, firstSeen: number, lastSeen: number];

/** What is packed stands last (`withoutPacked`). */
export function encodeComponent({ members, links, retracted }: Component): string {
  const first = firstOf(members.values());
  const packer = new EventPacker();
  const items = [...members.values()].map((member) => encodeMember(member, first, packer));
  const positions = new Map([...members.keys()].map((key, position) => [key, position]));
  const { s, k, p } = packer.end();
  const stored: SecondForm = {
    v: 2,
    t: first,
    s,
    ...(k === undefined ? {} : { k }),
    m: items,
    ...(links.size > 0 ? { l: encodeLinks(links.values(), positions, first) } : {}),
    ...(retracted.size > 0 ? { r: [...retracted].map(encodeRetraction) } : {}),
    ...(p === undefined ? {} : { p }),
  };
  return JSON.stringify(stored);
}

const PACKED = ',"p":"';

/** The text without what is packed in it, and that, whole bytes as base64url: a store may keep them as bytes. */
export function withoutPacked(text: string): { readonly rest: string; readonly packed: string } {
  const at = text.endsWith('"}') ? text.lastIndexOf(PACKED) : -1;
  const packed = at < 0 ? "" : text.slice(at + PACKED.length, -2);
  return /^[A-Za-z0-9_-]+$/.test(packed) ? { rest: `${text.slice(0, at)}}`, packed } : { rest: text, packed: "" };
}

/** The text again. */
export const withPacked = (rest: string, packed: string): string => `${rest.slice(0, -1)}${PACKED}${packed}"}`;

/**
 * Reads what `encodeComponent` wrote, now or in its first form. The text comes from our own store, so only its version is
 * checked here.
 */
export function decodeComponent(text: string): Component {
  const stored = JSON.parse(text) as SecondForm | FirstStoredForm;
  const members = decodeMembers(stored).map((member) => [identifierKey(member.identifier), member] as const);
  const keys = members.map(([key]) => key);
  const links = stored.v === 1 ? firstLinks(stored, keys) : secondLinks(stored, keys);
  return {
    members: new Map(members),
    links: new Map(links.map((link) => [link.id, link])),
    retracted: new Map((stored.r ?? []).map(decodeRetraction)),
  };
}

const firstLinks = ({ l = [] }: FirstStoredForm, keys: readonly IdentifierKey[]) =>
  l.map((item) => decodeFirstLink(item, keys));

const secondLinks = ({ l = [], t }: SecondForm, keys: readonly IdentifierKey[]) =>
  l.flatMap((item) => decodeLinks(item, keys, t));

function decodeMembers(stored: SecondForm | FirstStoredForm): readonly Member[] {
  switch (stored.v) {
    case 1:
      return stored.m.map(([type, value, firstSeen, lastSeen, fragment]): Member => {
        const seen = { identifier: { type, value }, firstSeen, lastSeen };
        return fragment === undefined ? seen : { ...seen, fragment: decodeFirstForm(fragment) };
      });
    case 2: {
      const { events, sketches } = countsIn(stored.m.flatMap((item) => (item[4] === undefined ? [] : [item[4]])));
      const unpacker = new EventUnpacker(stored, events, sketches);
      return stored.m.map((item) => decodeMember(item, stored.t, unpacker));
    }
    default: {
      const { v } = stored as { readonly v: unknown };
      throw new Error(`a component of form ${String(v)} is from another version of Tributary`);
    }
  }
}

function firstOf(members: Iterable<Member>): EpochMs {
  let first = Number.POSITIVE_INFINITY;
  for (const { firstSeen } of members) first = Math.min(first, firstSeen);
  return Number.isFinite(first) ? first : 0;
}

function encodeMember(member: Member, first: EpochMs, packer: EventPacker): MemberItem {
  const { identifier, firstSeen, lastSeen, fragment } = member;
  const seen = [identifier.type, identifier.value, firstSeen - first, lastSeen - firstSeen] as const;
  return fragment === undefined ? seen : [...seen, encodeFragment(fragment, member, packer)];
}

function decodeMember([type, value, since, length, fragment]: MemberItem, first: EpochMs, from: EventUnpacker): Member {
  const firstSeen = first + since;
  const seen = { identifier: { type, value }, firstSeen, lastSeen: firstSeen + length };
  return fragment === undefined ? seen : { ...seen, fragment: decodeFragment(fragment, seen, from) };
}
