import type { Json } from "#core/kernel/json.ts";
import type { Stamp } from "#core/kernel/order.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { Fragment, TraitRegister } from "./fragment.ts";
import type { Activity, SourceActivity } from "./fragment-activity.ts";
import { type Device, type Devices, deviceName, latestDevices } from "./fragment-devices.ts";
import type { EventPacker, EventUnpacker } from "./packed-events.ts";

/**
 * A fragment as compact JSON, but for what is packed for the whole component. Times are distances (of the first from the
 * member's first, of all others back from the fragment's last), sources are positions in the component's list, -1 where
 * none is known.
 */
export type FragmentItem = readonly [
  firstSeen: number,
  lastSeen: number,
  said: readonly SaidItem[],
  /** How many. */
  recent: number,
  activity: readonly ActivityItem[],
  devices?: readonly DeviceItem[],
  /** Of those recent events that have one, in their order. */
  values?: readonly number[],
];

/** What one event said, as far as it still stands: its traits and its consent. */
type SaidItem = readonly [
  by: string,
  ago: number,
  source: number,
  traits: Readonly<Record<string, Json>>,
  consent?: Readonly<Record<string, 0 | 1>>,
];

/** With the least register of its sketch, where it has one. */
type ActivityItem = readonly [source: number, sinceFirst: number, ago: number, sketch?: number];

type DeviceItem = readonly [ago: number, ...facts: (string | null)[]];

interface Seen {
  readonly firstSeen: EpochMs;
  readonly lastSeen: EpochMs;
}

export function encodeFragment(fragment: Fragment, member: Seen, packer: EventPacker): FragmentItem {
  const { firstSeen, lastSeen, recent } = fragment;
  const values = packer.recent(recent, lastSeen);
  const devices = latestDevices(fragment.devices).map((device) => encodeDevice(device, lastSeen));
  const item = [
    firstSeen - member.firstSeen,
    member.lastSeen - lastSeen,
    encodeSaid(fragment, packer),
    recent.length,
    Object.entries(fragment.activity).map(([source, activity]) => encodeActivity(source, activity, fragment, packer)),
  ] as const;
  if (values.length > 0) return [...item, devices, values];
  return devices.length > 0 ? [...item, devices] : item;
}

/** How many events and sketches are packed for these. */
export function countsIn(items: readonly FragmentItem[]): { readonly events: number; readonly sketches: number } {
  let [events, sketches] = [0, 0];
  for (const [, , , recent, activity] of items) {
    events += recent;
    for (const { length } of activity) if (length > 3) sketches++;
  }
  return { events, sketches };
}

export function decodeFragment(item: FragmentItem, member: Seen, from: EventUnpacker): Fragment {
  const [sinceFirst, ago, said, recent, activity, devices = [], values = []] = item;
  const seen = { firstSeen: member.firstSeen + sinceFirst, lastSeen: member.lastSeen - ago };
  return {
    ...seen,
    ...decodeSaid(said, seen.lastSeen, from),
    recent: from.recent(recent, seen.lastSeen, values),
    activity: decodeActivity(activity, seen, from),
    devices: decodeDevices(devices, seen.lastSeen),
  };
}

type Said = Stamp & {
  readonly source: string | undefined;
  readonly traits: Record<string, Json>;
  readonly consent: Record<string, 0 | 1>;
};

/** What one event said together: most of a person's traits come from very few. */
function encodeSaid({ traits, consent, lastSeen }: Fragment, packer: EventPacker): readonly SaidItem[] {
  const events = new Map<string, Said>();
  const eventOf = ({ at, by }: Stamp, source: string | undefined): Said => {
    const name = `${at} ${by} ${packer.source(source)}`;
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
    const said = [event.by, lastSeen - event.at, packer.source(event.source), event.traits] as const;
    return Object.keys(event.consent).length === 0 ? said : [...said, event.consent];
  });
}

function decodeSaid(
  said: readonly SaidItem[],
  lastSeen: EpochMs,
  from: EventUnpacker,
): Pick<Fragment, "traits" | "consent"> {
  const traits: Record<string, TraitRegister> = {};
  const consent: Record<string, Fragment["consent"][string]> = {};
  for (const [by, ago, position, values, words] of said) {
    const [at, source] = [lastSeen - ago, from.source(position)];
    const told = source === undefined ? {} : { source };
    for (const name of Object.keys(values)) traits[name] = { value: values[name] ?? null, at, by, ...told };
    for (const [purpose, granted] of Object.entries(words ?? {})) {
      consent[purpose] = { state: granted === 1 ? "granted" : "denied", at, by, source: source ?? "" };
    }
  }
  return { traits, consent };
}

function encodeActivity(
  source: string,
  { firstSeen, lastSeen, counted }: SourceActivity,
  fragment: Seen,
  packer: EventPacker,
): ActivityItem {
  const seen = [packer.source(source), firstSeen - fragment.firstSeen, fragment.lastSeen - lastSeen] as const;
  return counted === undefined ? seen : [...seen, packer.sketch(counted)];
}

function decodeActivity(items: readonly ActivityItem[], { firstSeen, lastSeen }: Seen, from: EventUnpacker): Activity {
  const activity: Record<string, SourceActivity> = {};
  for (const [position, sinceFirst, ago, sketch] of items) {
    activity[from.source(position) ?? ""] = {
      firstSeen: firstSeen + sinceFirst,
      lastSeen: lastSeen - ago,
      ...(sketch === undefined ? {} : { counted: from.sketch(sketch) }),
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
