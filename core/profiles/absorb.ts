import type { IdentityRules } from "#core/identity/identity-rules.ts";
import type { IdentifierKey } from "#core/kernel/identifier.ts";
import { compareText } from "#core/kernel/order.ts";
import { type Component, emptyComponent, joinComponents } from "./component.ts";
import type { EvidenceGroup } from "./evidence.ts";
import { type Found, type KnownPlace, placeOf } from "./locate.ts";
import type { StoreWrite } from "./ports.ts";

/** How one component takes evidence in. */
export interface Absorption {
  /** First: identifiers that are new point to where the component is or will be. Harmless if all else fails. */
  readonly pointers: readonly StoreWrite[];
  /** Then, whole or not at all: the component with the evidence, and those it took in turned into pointers. */
  readonly writes: readonly StoreWrite[];
  /** The groups (positions) whose evidence this takes in. */
  readonly groups: readonly number[];
  /** The component would have grown past the rule: the evidence went in without the links that enlarge it. */
  readonly quarantined: boolean;
}

/** Groups of evidence that touch the same stored components, and what they touch. */
interface Meeting {
  readonly groups: number[];
  readonly evidence: Component[];
  readonly places: Map<IdentifierKey, KnownPlace>;
  /** Keys that should point straight to the component and do not yet, with the version that stands there. */
  readonly astray: Map<IdentifierKey, number>;
}

/**
 * Decides how evidence is written, given everything stored that it touches. Pure; asked again with fresh reads where a
 * write is refused. Joins make that safe: evidence absorbed twice is absorbed once.
 */
export function absorb(groups: readonly EvidenceGroup[], found: Found, rules: IdentityRules): readonly Absorption[] {
  const meetings = new Set<Meeting>();
  const meetingAt = new Map<IdentifierKey, Meeting>();
  groups.forEach((group, position) => {
    const meeting = meet(group, position, found);
    for (const other of new Set([...meeting.places.keys()].flatMap((root) => meetingAt.get(root) ?? []))) {
      takeIn(meeting, other);
      meetings.delete(other);
    }
    for (const root of meeting.places.keys()) meetingAt.set(root, meeting);
    meetings.add(meeting);
  });
  return [...meetings].flatMap((meeting) => settle(meeting, rules));
}

function meet(group: EvidenceGroup, position: number, found: Found): Meeting {
  const meeting: Meeting = { groups: [position], evidence: [group.component], places: new Map(), astray: new Map() };
  const known = new Set<IdentifierKey>();
  for (const key of new Set([group.first, ...group.component.members.keys()])) {
    if (known.has(key)) continue;
    const place = placeOf(key, found);
    if (place.kind === "unread") throw new Error("a decision was asked for before its reads were made");
    meeting.places.set(place.root, place);
    if (place.kind === "component") for (const member of place.component.members.keys()) known.add(member);
    if (place.kind === "nothing" || place.hops > 1) meeting.astray.set(key, found.get(key)?.version ?? 0);
    if (place.kind === "nothing") meeting.astray.set(place.root, 0);
  }
  return meeting;
}

function takeIn(into: Meeting, other: Meeting): void {
  into.groups.push(...other.groups);
  into.evidence.push(...other.evidence);
  for (const [root, place] of other.places) into.places.set(root, place);
  for (const [key, version] of other.astray) into.astray.set(key, version);
}

function settle(meeting: Meeting, rules: IdentityRules): readonly Absorption[] {
  const places = [...meeting.places.values()].sort(byClaim);
  const [home, ...others] = places;
  if (home === undefined) throw new Error("evidence without a key met nothing");
  const components = places.flatMap((place) => (place.kind === "component" ? [place.component] : []));
  const joined = [...components, ...meeting.evidence].reduce(joinComponents);
  if (joined.members.size === 0) return [];
  if (joined.members.size > rules.quarantineAbove) return quarantine(meeting);
  const taken = others.filter((place) => place.kind === "component");
  // Two above all versions: what is said of a merged component outranks what its former keepers say when they go.
  const version = Math.max(...places.map(versionOf)) + (taken.length > 0 ? 2 : 1);
  const pointers = [...meeting.astray].filter(([key]) => key !== home.root);
  return [
    {
      pointers: pointers.map(([key, expected]) => pointer(key, expected, home.root)),
      writes: [
        { key: home.root, expected: versionOf(home), next: { kind: "component", version, component: joined } },
        ...taken.map((place) => pointer(place.root, versionOf(place), home.root)),
      ],
      groups: meeting.groups,
      quarantined: false,
    },
  ];
}

const versionOf = (place: KnownPlace): number => (place.kind === "component" ? place.version : 0);

const pointer = (key: IdentifierKey, expected: number, to: IdentifierKey): StoreWrite => ({
  key,
  expected,
  next: { kind: "pointer", version: expected + 1, to },
});

/**
 * Where the component lives: where one already is, rather than where nothing is; of several the first by key. All
 * writers share this order, so pointers made at the same time by two of them can never run in a circle.
 */
function byClaim(x: KnownPlace, y: KnownPlace): number {
  if (x.kind !== y.kind) return x.kind === "component" ? -1 : 1;
  return compareText(x.root, y.root);
}

/**
 * Larger than any person's: nothing is joined any more. Each stored component takes in what is said of its own
 * identifiers, each new identifier stands for itself, and no link is added.
 */
function quarantine(meeting: Meeting): readonly Absorption[] {
  const said = meeting.evidence.reduce(joinComponents);
  const places = [...meeting.places.values()];
  const owned = new Set(
    places.flatMap((place) => (place.kind === "component" ? [...place.component.members.keys()] : [])),
  );
  return places.flatMap((place) => {
    const before = place.kind === "component" ? place.component : emptyComponent;
    const isOwn = (key: IdentifierKey): boolean =>
      place.kind === "component" ? before.members.has(key) : key === place.root && !owned.has(key);
    const members = new Map([...said.members].filter(([key]) => isOwn(key)));
    if (members.size === 0) return [];
    const component = joinComponents(before, { ...emptyComponent, members, retracted: said.retracted });
    const next = { kind: "component", version: versionOf(place) + 1, component } as const;
    const writes = [{ key: place.root, expected: versionOf(place), next }];
    return [{ pointers: [], writes, groups: meeting.groups, quarantined: true }];
  });
}
