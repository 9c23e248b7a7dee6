import type { IdentityRules } from "#core/identity/identity-rules.ts";
import { keeperOf } from "#core/identity/link.ts";
import type { IdentifierKey } from "#core/kernel/identifier.ts";
import { compareText } from "#core/kernel/order.ts";
import { type Component, emptyComponent, isUnchanged, joinAllComponents } from "./component.ts";
import type { EvidenceGroup } from "./evidence.ts";
import { fitted } from "./fit.ts";
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
  /** A step on the way: it brings stored components together and leaves the evidence for the next round. */
  readonly unfinished: boolean;
  /** The component would have grown past the rule: the evidence went in without the links that enlarge it. */
  readonly quarantined: boolean;
}

/** Groups of evidence that touch the same stored components, and what they touch. */
interface Meeting {
  readonly groups: number[];
  readonly evidence: Component[];
  readonly places: Map<IdentifierKey, KnownPlace>;
  /** For each key the evidence speaks of, the root of the place it leads to. */
  readonly roots: Map<IdentifierKey, IdentifierKey>;
  /** Keys that lead to where they should in more than one hop, with the version that stands there. */
  readonly winding: Map<IdentifierKey, number>;
}

/** One transaction holds no more (`ProfileStore.write`). */
const MAX_WRITES = 100;

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
  const meeting: Meeting = {
    groups: [position],
    evidence: [group.component],
    places: new Map(),
    roots: new Map(),
    winding: new Map(),
  };
  const known = new Map<IdentifierKey, IdentifierKey>();
  for (const key of new Set([group.first, ...group.component.members.keys()])) {
    let root = known.get(key);
    if (root === undefined) {
      const place = placeOf(key, found);
      if (place.kind === "unread") throw new Error("a decision was asked for before its reads were made");
      root = place.root;
      meeting.places.set(root, place);
      if (place.kind === "component") {
        for (const member of place.component.members.keys()) known.set(member, root);
        if (place.hops > 1) meeting.winding.set(key, found.get(key)?.version ?? 0);
      }
    }
    meeting.roots.set(key, root);
  }
  return meeting;
}

function takeIn(into: Meeting, other: Meeting): void {
  into.groups.push(...other.groups);
  into.evidence.push(...other.evidence);
  for (const [root, place] of other.places) into.places.set(root, place);
  for (const [key, root] of other.roots) into.roots.set(key, root);
  for (const [key, version] of other.winding) into.winding.set(key, version);
}

function settle(meeting: Meeting, rules: IdentityRules): readonly Absorption[] {
  const [home, ...others] = [...meeting.places.values()].sort(byClaim);
  if (home === undefined) throw new Error("evidence without a key met nothing");
  const taken = others.filter((place) => place.kind === "component");
  const joined = fitted(
    joinAllComponents([...[home, ...taken].map(componentAt), ...meeting.evidence], rules.recentEvents),
  );
  if (joined === undefined || joined.members.size > rules.quarantineAbove) return quarantine(meeting, rules);
  if (taken.length >= MAX_WRITES) return [gatherStored(meeting, home, taken.slice(0, MAX_WRITES - 1), rules)];
  return [
    {
      pointers: pointersTo(home.root, meeting),
      writes: unite(home, taken, joined),
      groups: meeting.groups,
      unfinished: false,
      quarantined: false,
    },
  ];
}

/**
 * A key that once led somewhere always leads to the same component, through whatever that was merged into: so a member
 * is always found. Hence only a key at which nothing stands is given a new way, and a winding way is shortened only to
 * where it leads already, never ahead of a merge that may yet fail.
 */
function pointersTo(home: IdentifierKey, meeting: Meeting): readonly StoreWrite[] {
  const empty = [...meeting.places.values()].filter((place) => place.kind === "nothing" && place.root !== home);
  const winding = [...meeting.winding].map(([key, version]) =>
    pointer(key, version, meeting.roots.get(key) as IdentifierKey),
  );
  return [...empty.map((place) => pointer(place.root, 0, home)), ...winding];
}

/**
 * The joined component at its home, and those it took in turned into pointers. Nothing where all was there before: also
 * by a read that is a moment old, because what stands in a component only grows.
 */
function unite(home: KnownPlace, taken: readonly KnownPlace[], joined: Component): readonly StoreWrite[] {
  if (taken.length === 0 && home.kind === "component" && isUnchanged(home.component, joined)) return [];
  // Two above all versions: what is said of a merged component outranks what its former keepers say when they go.
  const version = Math.max(...[home, ...taken].map(versionOf)) + (taken.length > 0 ? 2 : 1);
  return [
    { key: home.root, expected: versionOf(home), next: { kind: "component", version, component: joined } },
    ...taken.map((place) => pointer(place.root, versionOf(place), home.root)),
  ];
}

/** More components meet than one write can hold: some are joined now, without the evidence, and the rest in turn. */
const gatherStored = (
  meeting: Meeting,
  home: KnownPlace,
  taken: readonly KnownPlace[],
  rules: IdentityRules,
): Absorption => ({
  pointers: [],
  writes: unite(home, taken, asFitted(joinAllComponents([home, ...taken].map(componentAt), rules.recentEvents))),
  groups: meeting.groups,
  unfinished: true,
  quarantined: false,
});

/** As near to fitting as it gets: whether the store takes it is for the store to say. */
const asFitted = (component: Component): Component => fitted(component) ?? component;

const componentAt = (place: KnownPlace): Component => (place.kind === "component" ? place.component : emptyComponent);

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
 * identifiers and of the links among them, each new identifier stands for itself, and no other link is added.
 */
function quarantine(meeting: Meeting, rules: IdentityRules): readonly Absorption[] {
  const said = joinAllComponents(meeting.evidence, rules.recentEvents);
  return [...meeting.places.values()].flatMap((place) => {
    const before = componentAt(place);
    const isOwn = (key: IdentifierKey): boolean => meeting.roots.get(key) === place.root;
    const members = new Map([...said.members].filter(([key]) => isOwn(key)));
    const links = new Map([...said.links].filter(([, link]) => isOwn(link.a) && isOwn(link.b)));
    const retracted = new Map([...said.retracted].filter(([id]) => isOwn(keeperOf(id))));
    if (members.size === 0 && retracted.size === 0) return [];
    const component = asFitted(joinAllComponents([before, { members, links, retracted }], rules.recentEvents));
    return [
      {
        pointers: [],
        writes: unite(place, [], component),
        groups: meeting.groups,
        unfinished: false,
        quarantined: true,
      },
    ];
  });
}
