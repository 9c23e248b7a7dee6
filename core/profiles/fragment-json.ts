import type { DistinctSketch } from "#core/kernel/distinct-sketch.ts";
import type { Json } from "#core/kernel/json.ts";
import type { Stamp } from "#core/kernel/order.ts";
import { packKinds, packNumbers, unpackKinds, unpackNumbers } from "#core/kernel/packed-text.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { Fragment, TraitRegister } from "./fragment.ts";
import type { Activity, SourceActivity } from "./fragment-activity.ts";
import { type Device, type Devices, deviceName, latestDevices } from "./fragment-devices.ts";
import type { RecentEvent, RecentEvents } from "./fragment-recent.ts";

/**
 * A fragment as compact JSON. Times are distances (of the first from the member's first, of all others back from the
 * fragment's last), sources are positions in the component's list, -1 where none is known.
 */
export type FragmentItem = readonly [
  firstSeen: number,
  lastSeen: number,
  said: readonly SaidItem[],
  recent: RecentItem | 0,
  activity: readonly ActivityItem[],
  devices?: readonly DeviceItem[],
];

/** What one event said, as far as it still stands: its traits and its consent. */
type SaidItem = readonly [
  by: string,
  ago: number,
  source: number,
  traits: Readonly<Record<string, Json>>,
  consent?: Readonly<Record<string, 0 | 1>>,
];

/** The events in columns: ids (eight characters each), packed distances in time, what they were, and their values. */
type RecentItem = readonly [
  ids: string,
  times: string,
  /** Name, then twice the source's position and 2, and one more where events of the kind have a value; in turn. */
  kinds: readonly (string | number)[],
  kindOf: string,
  values?: readonly number[],
];

type ActivityItem = readonly [source: number, sinceFirst: number, ago: number, counted?: string];

type DeviceItem = readonly [ago: number, ...facts: (string | null)[]];

/** Texts by position, each once. */
export interface Sources {
  readonly positionOf: (source: string | undefined) => number;
  readonly at: (position: number) => string | undefined;
}

const ID_LENGTH = 8;

export function encodeFragment(
  fragment: Fragment,
  member: { readonly firstSeen: EpochMs; readonly lastSeen: EpochMs },
  sources: Sources,
): FragmentItem {
  const { firstSeen, lastSeen, recent, devices } = fragment;
  const whole = [
    firstSeen - member.firstSeen,
    member.lastSeen - lastSeen,
    encodeSaid(fragment, sources),
    recent.length === 0 ? 0 : encodeRecent(recent, lastSeen, sources),
    Object.entries(fragment.activity).map(([source, activity]) =>
      encodeActivity(activity, sources.positionOf(source), fragment),
    ),
  ] as const;
  const seen = latestDevices(devices).map((device) => encodeDevice(device, lastSeen));
  return seen.length === 0 ? whole : [...whole, seen];
}

export function decodeFragment(
  item: FragmentItem,
  member: { readonly firstSeen: EpochMs; readonly lastSeen: EpochMs },
  sources: Sources,
): Fragment {
  const [sinceFirst, ago, said, recent, activity, devices = []] = item;
  const firstSeen = member.firstSeen + sinceFirst;
  const lastSeen = member.lastSeen - ago;
  return {
    firstSeen,
    lastSeen,
    ...decodeSaid(said, lastSeen, sources),
    recent: recent === 0 ? [] : decodeRecent(recent, lastSeen, sources),
    activity: decodeActivity(activity, { firstSeen, lastSeen }, sources),
    devices: decodeDevices(devices, lastSeen),
  };
}

type Said = Stamp & {
  readonly source: string | undefined;
  readonly traits: Record<string, Json>;
  readonly consent: Record<string, 0 | 1>;
};

/** What one event said together: most of a person's traits come from very few. */
function encodeSaid({ traits, consent, lastSeen }: Fragment, sources: Sources): readonly SaidItem[] {
  const events = new Map<string, Said>();
  const eventOf = ({ at, by }: Stamp, source: string | undefined): Said => {
    const name = `${at} ${by} ${sources.positionOf(source)}`;
    const event = events.get(name) ?? { at, by, source, traits: {}, consent: {} };
    events.set(name, event);
    return event;
  };
  for (const [name, register] of Object.entries(traits))
    eventOf(register, register.source).traits[name] = register.value;
  for (const [purpose, register] of Object.entries(consent)) {
    eventOf(register, register.source).consent[purpose] = register.state === "granted" ? 1 : 0;
  }
  return [...events.values()].map((event): SaidItem => {
    const said = [event.by, lastSeen - event.at, sources.positionOf(event.source), event.traits] as const;
    return Object.keys(event.consent).length === 0 ? said : [...said, event.consent];
  });
}

function decodeSaid(
  said: readonly SaidItem[],
  lastSeen: EpochMs,
  sources: Sources,
): Pick<Fragment, "traits" | "consent"> {
  const traits: Record<string, TraitRegister> = {};
  const consent: Record<string, Fragment["consent"][string]> = {};
  for (const [by, ago, position, values, words] of said) {
    const [at, source] = [lastSeen - ago, sources.at(position)];
    const from = source === undefined ? {} : { source };
    for (const name of Object.keys(values)) traits[name] = { value: values[name] ?? null, at, by, ...from };
    for (const [purpose, granted] of Object.entries(words ?? {})) {
      consent[purpose] = { state: granted === 1 ? "granted" : "denied", at, by, source: source ?? "" };
    }
  }
  return { traits, consent };
}

function encodeRecent(recent: RecentEvents, lastSeen: EpochMs, sources: Sources): RecentItem {
  const kinds: (string | number)[] = [];
  const known = new Map<string, number>();
  const kindOf = ({ name, source, value }: RecentEvent): number => {
    const said = 2 * (sources.positionOf(source) + 1) + (value === undefined ? 0 : 1);
    const kind = `${said} ${name}`;
    let position = known.get(kind);
    if (position === undefined) {
      position = known.size;
      known.set(kind, position);
      kinds.push(name, said);
    }
    return position;
  };
  const positions = recent.map(kindOf);
  const values = recent.flatMap(({ value }) => (value === undefined ? [] : [value]));
  const item = [
    recent.map(({ by }) => idText(by)).join(""),
    packNumbers(recent.map(({ at }, nth) => (recent[nth - 1]?.at ?? lastSeen) - at)),
    kinds,
    packKinds(positions, known.size),
  ] as const;
  return values.length === 0 ? item : [...item, values];
}

function idText(by: string): string {
  if (by.length !== ID_LENGTH) throw new Error(`an event's id has ${ID_LENGTH} characters, not ${by.length}`);
  return by;
}

function decodeRecent(
  [ids, times, kinds, kindOf, values = []]: RecentItem,
  lastSeen: EpochMs,
  sources: Sources,
): RecentEvents {
  const distances = unpackNumbers(times);
  const positions = unpackKinds(kindOf, kinds.length / 2, distances.length);
  let [at, valued] = [lastSeen, 0];
  return distances.map((distance, nth): RecentEvent => {
    at -= distance;
    const kind = 2 * (positions[nth] ?? 0);
    const said = kinds[kind + 1] as number;
    const source = sources.at((said >> 1) - 1);
    return {
      at,
      by: ids.slice(nth * ID_LENGTH, (nth + 1) * ID_LENGTH),
      name: kinds[kind] as string,
      ...(source === undefined ? {} : { source }),
      ...((said & 1) === 1 ? { value: values[valued++] as number } : {}),
    };
  });
}

function encodeActivity(
  { firstSeen, lastSeen, counted }: SourceActivity,
  source: number,
  fragment: Pick<Fragment, "firstSeen" | "lastSeen">,
): ActivityItem {
  const seen = [source, firstSeen - fragment.firstSeen, fragment.lastSeen - lastSeen] as const;
  return counted === undefined ? seen : [...seen, counted];
}

function decodeActivity(
  items: readonly ActivityItem[],
  { firstSeen, lastSeen }: Pick<Fragment, "firstSeen" | "lastSeen">,
  sources: Sources,
): Activity {
  const activity: Record<string, SourceActivity> = {};
  for (const [position, sinceFirst, ago, counted] of items) {
    activity[sources.at(position) ?? ""] = {
      firstSeen: firstSeen + sinceFirst,
      lastSeen: lastSeen - ago,
      ...(counted === undefined ? {} : { counted: counted as DistinctSketch }),
    };
  }
  return activity;
}

const FACTS = ["type", "os", "browser", "osVersion", "manufacturer", "model", "id"] as const;

function encodeDevice(device: Device, lastSeen: EpochMs): DeviceItem {
  const facts = FACTS.map((name) => device[name] ?? null);
  while (facts.at(-1) === null) facts.pop();
  return [lastSeen - device.at, ...facts];
}

function decodeDevices(items: readonly DeviceItem[], lastSeen: EpochMs): Devices {
  const devices: Record<string, Device> = {};
  for (const [ago, ...facts] of items) {
    const said = FACTS.flatMap((name, nth) => (facts[nth] == null ? [] : [[name, facts[nth]]]));
    const device: Device = { at: lastSeen - ago, ...(Object.fromEntries(said) as Partial<Device>) };
    devices[deviceName(device)] = device;
  }
  return devices;
}
