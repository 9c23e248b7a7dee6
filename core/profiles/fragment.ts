import { type Consent, joinConsent } from "#core/consent/consent.ts";
import type { Event } from "#core/events/event.ts";
import { digestOf } from "#core/kernel/digest.ts";
import { canonicalJson, isJsonObject, type Json, type JsonObject } from "#core/kernel/json.ts";
import { compareStamps, compareText, type Stamp } from "#core/kernel/order.ts";
import { remembering } from "#core/kernel/remembering.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import { type Activity, joinActivity } from "./fragment-activity.ts";
import { type Devices, devicesIn, joinDevices } from "./fragment-devices.ts";
import { joinRecent, type RecentEvents, recentOf } from "./fragment-recent.ts";

/** The latest value of a trait, and the event that said it. `null` says that it was taken away. */
export interface TraitRegister extends Stamp {
  readonly value: Json;
  /** Who sent that event. Absent in what was stored before this was written down. */
  readonly source?: string;
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
  /** The latest `recentEvents` of the rules, latest first. */
  readonly recent: RecentEvents;
  readonly activity: Activity;
  readonly devices: Devices;
}

/** What is kept per identifier. Bounds hold an item far below a store's limit; what is cut is still in the lake. */
const MAX_TRAITS = 200;
const MAX_TRAIT_JSON = 4_096;
const MAX_TRAIT_NAME = 128;
const MAX_PURPOSES = 50;

/** An event with the time of its first copy; `again` where that copy was heard before, or stands beside it. */
export type HeardEvent = Event & { readonly again?: true };

/** Ties between equal times are broken by this: short, and different for different events. */
export const evidenceId = ({ source, messageId }: Pick<Event, "source" | "messageId">): string =>
  idOf(source, messageId);

/** About a batch: who absorbs it asks for the same ids twice. */
const REMEMBERED_IDS = 4_096;
const idOf = remembering(REMEMBERED_IDS, (source, messageId) => digestOf(source, messageId).slice(0, 8));

export function fragmentOf(event: Event, by = evidenceId(event)): Fragment {
  const stamp: Stamp = { at: event.eventTime, by };
  return {
    firstSeen: event.eventTime,
    lastSeen: event.eventTime,
    traits: traitsOf(event, stamp),
    consent: consentOf(event, stamp),
    recent: [recentOf(event, stamp)],
    activity: { [event.source]: { firstSeen: event.eventTime, lastSeen: event.eventTime } },
    devices: devicesIn(event.context, event.eventTime),
  };
}

/** What most events say of traits and of consent. */
const NOTHING: Readonly<Record<string, never>> = {};

/** What a fragment says that nothing was said of yet but when it was seen. */
export const emptyFragment = (firstSeen: EpochMs, lastSeen: EpochMs): Fragment => ({
  firstSeen,
  lastSeen,
  traits: {},
  consent: {},
  recent: [],
  activity: {},
  devices: {},
});

/**
 * Keeps the latest `recentEvents` of both. Answers `x` itself where `y` adds nothing, as do the joins it is made of: so
 * a repetition is seen to change nothing.
 */
export function joinFragments(x: Fragment, y: Fragment, recentEvents: number): Fragment {
  const joined: Fragment = {
    firstSeen: Math.min(x.firstSeen, y.firstSeen),
    lastSeen: Math.max(x.lastSeen, y.lastSeen),
    traits: joinTraits(x.traits, y.traits),
    consent: bound(joinConsent(x.consent, y.consent), MAX_PURPOSES),
    recent: joinRecent(x.recent, y.recent, recentEvents),
    activity: joinActivity(x, y, recentEvents),
    devices: joinDevices(x.devices, y.devices),
  };
  return isSame(joined, x) ? x : joined;
}

const isSame = (x: Fragment, y: Fragment): boolean =>
  x.firstSeen === y.firstSeen &&
  x.lastSeen === y.lastSeen &&
  x.traits === y.traits &&
  x.consent === y.consent &&
  x.recent === y.recent &&
  x.activity === y.activity &&
  x.devices === y.devices;

function traitsOf(event: Event, stamp: Stamp): Fragment["traits"] {
  // Only identify speaks of the person: a group's traits are the group's.
  const own = event.type === "identify" ? event.traits : undefined;
  const around = isJsonObject(event.context.traits) ? event.context.traits : undefined;
  if (own === undefined && around === undefined) return NOTHING;
  return registersOf({ ...around, ...own }, { ...stamp, source: event.source });
}

function registersOf(traits: JsonObject, said: Omit<TraitRegister, "value">): Fragment["traits"] {
  const registers: Record<string, TraitRegister> = {};
  for (const [name, value] of Object.entries(traits)) {
    const length =
      typeof value === "string" ? value.length : typeof value === "object" ? JSON.stringify(value).length : 0;
    const bounded = length <= MAX_TRAIT_JSON;
    if (bounded && name.length <= MAX_TRAIT_NAME && name !== "__proto__") registers[name] = { ...said, value };
  }
  return bound(registers, MAX_TRAITS);
}

/** At equal stamps the greater text wins: any rule would do, so long as every writer has the same. */
function laterTrait(x: TraitRegister, y: TraitRegister): TraitRegister {
  const order =
    compareStamps(x, y) ||
    compareText(canonicalJson(x.value), canonicalJson(y.value)) ||
    compareText(x.source ?? "", y.source ?? "");
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
  if (event.consent === undefined) return NOTHING;
  const stated = Object.entries(event.consent).filter(
    ([purpose]) => purpose.length <= MAX_TRAIT_NAME && purpose !== "__proto__",
  );
  const registers = stated.map(([purpose, allowed]): [string, Consent[string]] => [
    purpose,
    { ...stamp, state: allowed ? "granted" : "denied", source: event.source },
  ]);
  return bound(Object.fromEntries(registers), MAX_PURPOSES);
}
