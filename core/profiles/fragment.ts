import { type Consent, joinConsent } from "#core/consent/consent.ts";
import type { Event } from "#core/events/event.ts";
import { digestOf } from "#core/kernel/digest.ts";
import { canonicalJson, isJsonObject, type Json, type JsonObject } from "#core/kernel/json.ts";
import { compareStamps, compareText, type Stamp } from "#core/kernel/order.ts";
import type { EpochMs } from "#core/kernel/time.ts";

/** The latest value of a trait. `null` says that it was taken away. */
export interface TraitRegister extends Stamp {
  readonly value: Json;
}

/** A recent event, in short: what real-time segments can decide by. The whole of it is in the lake. */
export interface RecentEvent extends Stamp {
  readonly name: string;
  /** `properties.revenue`, `total` or `value`, where it is a number. */
  readonly value?: number;
}

/**
 * What the events whose identity key is one identifier say of the person. Every field is a join (commutative,
 * associative, idempotent): any order, any repetition, any batching gives the same fragment.
 */
export interface Fragment {
  readonly firstSeen: EpochMs;
  readonly lastSeen: EpochMs;
  readonly traits: Readonly<Record<string, TraitRegister>>;
  readonly consent: Consent;
  /** The latest `RECENT_EVENTS`, latest first. */
  readonly recent: readonly RecentEvent[];
  /**
   * The latest `HEARD_EVENTS` of those whose time was measured when they came, latest first: a repetition of theirs
   * would come to another time, and is known by this (`as-first-heard.ts`).
   */
  readonly heard: readonly Stamp[];
}

/** What is kept per identifier. Bounds hold an item far below a store's limit; what is cut is still in the lake. */
const RECENT_EVENTS = 12;
const HEARD_EVENTS = 32;
const MAX_TRAITS = 200;
const MAX_TRAIT_JSON = 4_096;
const MAX_TRAIT_NAME = 128;
const MAX_PURPOSES = 50;
const MAX_EVENT_NAME = 256;

/** An event with the time of its first copy; `again` where that copy was heard before, or stands beside it. */
export type HeardEvent = Event & { readonly again?: true };

/** Ties between equal times are broken by this: short, and different for different events. */
export const evidenceId = (event: Pick<Event, "source" | "messageId">): string =>
  digestOf(event.source, event.messageId).slice(0, 8);

export function fragmentOf(event: Event, by = evidenceId(event)): Fragment {
  const stamp: Stamp = { at: event.eventTime, by };
  return {
    firstSeen: event.eventTime,
    lastSeen: event.eventTime,
    traits: traitsOf(event, stamp),
    consent: consentOf(event, stamp),
    recent: [recentOf(event, stamp)],
    heard: isTimedHere(event) ? [stamp] : [],
  };
}

/** Whether our clock had a part in the event's time. Where it had none, a repetition has the same time by itself. */
const isTimedHere = ({ originalTime, sentAt }: Event): boolean => originalTime === undefined || sentAt !== undefined;

/** Answers `x` itself where `y` adds nothing, as do the joins it is made of: so a repetition is seen to change nothing. */
export function joinFragments(x: Fragment, y: Fragment): Fragment {
  const joined: Fragment = {
    firstSeen: Math.min(x.firstSeen, y.firstSeen),
    lastSeen: Math.max(x.lastSeen, y.lastSeen),
    traits: joinTraits(x.traits, y.traits),
    consent: bound(joinConsent(x.consent, y.consent), MAX_PURPOSES),
    recent: joinLatest(x.recent, y.recent, RECENT_EVENTS, compareRecent),
    heard: joinLatest(x.heard, y.heard, HEARD_EVENTS, compareStamps),
  };
  const parts = Object.keys(joined) as (keyof Fragment)[];
  return parts.every((part) => joined[part] === x[part]) ? x : joined;
}

function traitsOf(event: Event, stamp: Stamp): Fragment["traits"] {
  // Only identify speaks of the person: a group's traits are the group's.
  const own = event.type === "identify" ? event.traits : {};
  const around = isJsonObject(event.context.traits) ? event.context.traits : {};
  return registersOf({ ...around, ...own }, stamp);
}

function registersOf(traits: JsonObject, stamp: Stamp): Fragment["traits"] {
  const registers: Record<string, TraitRegister> = {};
  for (const [name, value] of Object.entries(traits)) {
    const length =
      typeof value === "string" ? value.length : typeof value === "object" ? JSON.stringify(value).length : 0;
    const bounded = length <= MAX_TRAIT_JSON;
    if (bounded && name.length <= MAX_TRAIT_NAME && name !== "__proto__") registers[name] = { ...stamp, value };
  }
  return bound(registers, MAX_TRAITS);
}

/** At equal stamps the greater text wins: any rule would do, so long as every writer has the same. */
function laterTrait(x: TraitRegister, y: TraitRegister): TraitRegister {
  const order = compareStamps(x, y) || compareText(canonicalJson(x.value), canonicalJson(y.value));
  return order >= 0 ? x : y;
}

function joinTraits(x: Fragment["traits"], y: Fragment["traits"]): Fragment["traits"] {
  let joined: Record<string, TraitRegister> | undefined;
  for (const [name, theirs] of Object.entries(y)) {
    const mine = Object.hasOwn(x, name) ? x[name] : undefined;
    if (mine !== undefined && laterTrait(mine, theirs) === mine) continue;
    joined ??= { ...x };
    joined[name] = theirs;
  }
  return joined === undefined ? x : bound(joined, MAX_TRAITS);
}

/** Keeps the first names in text order: a rule that, unlike "the first to come", no order of arrival can change. */
function bound<Register>(
  registers: Readonly<Record<string, Register>>,
  most: number,
): Readonly<Record<string, Register>> {
  const names = Object.keys(registers);
  if (names.length <= most) return registers;
  const kept = names.sort(compareText).slice(0, most);
  return Object.fromEntries(kept.map((name) => [name, registers[name] as Register]));
}

function consentOf(event: Event, stamp: Stamp): Consent {
  const stated = Object.entries(event.consent ?? {}).filter(
    ([purpose]) => purpose.length <= MAX_TRAIT_NAME && purpose !== "__proto__",
  );
  const registers = stated.map(([purpose, allowed]): [string, Consent[string]] => [
    purpose,
    { ...stamp, state: allowed ? "granted" : "denied", source: event.source },
  ]);
  return bound(Object.fromEntries(registers), MAX_PURPOSES);
}

function recentOf(event: Event, stamp: Stamp): RecentEvent {
  const { revenue, total, value } = event.properties;
  const worth = [revenue, total, value].find((candidate) => typeof candidate === "number");
  return {
    ...stamp,
    name: event.name.slice(0, MAX_EVENT_NAME),
    ...(worth === undefined ? {} : { value: worth }),
  };
}

/**
 * The latest of both, each event once. A repetition may come with another time (the skew of its clock is measured
 * anew); the later one stands, because a maximum is the only choice that survives being cut to a length.
 */
function joinLatest<S extends Stamp>(
  x: readonly S[],
  y: readonly S[],
  most: number,
  compare: (a: S, b: S) => number,
): readonly S[] {
  if (y.length === 0) return x;
  const joined: S[] = [];
  const known = new Set<string>();
  for (let i = 0, j = 0; joined.length < most && (i < x.length || j < y.length); ) {
    const [mine, theirs] = [x[i], y[j]];
    const isMine = theirs === undefined || (mine !== undefined && compare(mine, theirs) >= 0);
    const next = (isMine ? mine : theirs) as S;
    if (isMine) i++;
    else j++;
    if (known.has(next.by)) continue;
    known.add(next.by);
    joined.push(next);
  }
  return joined.length === x.length && joined.every((each, at) => each === x[at]) ? x : joined;
}

/** Total over all that an event in short can say, so that every writer keeps the same of two that differ. */
const compareRecent = (x: RecentEvent, y: RecentEvent): number =>
  compareStamps(x, y) || compareText(x.name, y.name) || compareText(String(x.value), String(y.value));
