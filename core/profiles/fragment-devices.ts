import { isJsonObject, type Json, type JsonObject } from "#core/kernel/json.ts";
import { compareText } from "#core/kernel/order.ts";
import type { EpochMs } from "#core/kernel/time.ts";

/** What events' contexts say of a device. Where it has an id it is known by that, else by what it is like. */
export interface Device {
  /** When it was seen last. */
  readonly at: EpochMs;
  readonly id?: string;
  /** `mobile`, `tablet`, `desktop`… by the user agent; `ios`, `android` as the apps' libraries say. */
  readonly type?: string;
  readonly model?: string;
  readonly manufacturer?: string;
  readonly os?: string;
  readonly osVersion?: string;
  readonly browser?: string;
}

/** By `deviceName`. */
export type Devices = Readonly<Record<string, Device>>;

const MAX_DEVICES = 8;
const MAX_FACT = 128;

/** The device that an event's context speaks of, if it speaks of one. */
export function devicesIn(context: JsonObject, at: EpochMs): Devices {
  const device = membersOf(context.device);
  const os = membersOf(context.os);
  const said = {
    ...fact("id", device.id),
    ...fact("type", device.type),
    ...fact("model", device.model),
    ...fact("manufacturer", device.manufacturer),
    ...fact("os", os.name),
    ...fact("osVersion", os.version),
    ...fact("browser", membersOf(context.browser).name),
  };
  for (const _fact in said) return { [deviceName(said)]: { at, ...said } };
  return NONE;
}

const NONE: Devices = {};
const NOTHING: JsonObject = {};

const membersOf = (value: Json | undefined): JsonObject =>
  value !== undefined && isJsonObject(value) ? value : NOTHING;

const fact = (name: Exclude<keyof Device, "at">, value: Json | undefined): Partial<Device> =>
  typeof value === "string" && value !== "" && value.length <= MAX_FACT ? { [name]: value } : {};

/** A version passes, a device stays: so it is no part of the name. */
export const deviceName = ({ id, type, model, manufacturer, os, browser }: Omit<Device, "at">): string =>
  id === undefined ? JSON.stringify([type, model, manufacturer, os, browser]) : `id ${id}`;

/** The latest seen of both, each as it was seen last. Answers `x` itself where `y` adds nothing. */
export function joinDevices(x: Devices, y: Devices): Devices {
  let joined: Record<string, Device> | undefined;
  for (const [name, theirs] of Object.entries(y)) {
    const mine = Object.hasOwn(x, name) ? x[name] : undefined;
    if (mine !== undefined && compareDevices(mine, theirs) >= 0) continue;
    joined ??= { ...x };
    joined[name] = theirs;
  }
  return joined === undefined ? x : latest(x, joined);
}

function latest(x: Devices, joined: Devices): Devices {
  const devices = latestDevices(joined);
  if (devices.length <= MAX_DEVICES) return joined;
  const kept = devices.slice(0, MAX_DEVICES);
  const isAll = kept.every((device) => x[deviceName(device)] === device);
  return isAll && Object.keys(x).length === MAX_DEVICES
    ? x
    : Object.fromEntries(kept.map((device) => [deviceName(device), device]));
}

/** Latest seen first. */
export const latestDevices = (devices: Devices): readonly Device[] =>
  Object.values(devices).sort((x, y) => compareDevices(y, x));

/** Total over all that is said of a device, so that every writer keeps the same. */
const compareDevices = (x: Device, y: Device): number => x.at - y.at || compareText(factsOf(x), factsOf(y));

const factsOf = ({ id, type, model, manufacturer, os, osVersion, browser }: Device): string =>
  JSON.stringify([id, type, model, manufacturer, os, osVersion, browser]);
