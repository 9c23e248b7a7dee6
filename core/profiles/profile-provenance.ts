import type { Json } from "#core/kernel/json.ts";
import { compareText } from "#core/kernel/order.ts";
import { isoTime } from "#core/kernel/time.ts";
import type { Fragment } from "./fragment.ts";
import { countOf } from "./fragment-activity.ts";
import { type Device, latestDevices } from "./fragment-devices.ts";
import type { ProfileGroup } from "./profiles-of.ts";

/** Where something in a profile comes from. Times are ISO 8601, UTC. */
export interface Provenance {
  /** When it was said: the event's time. */
  readonly at: string;
  /** Who said so; `null` for what was stored before this was written down, until it is said again. */
  readonly source: string | null;
  /** `evidenceId` of the event: with the source and the time it finds the event in the lake. */
  readonly event: string;
}

export interface TraitWithProvenance extends Provenance {
  readonly name: string;
  readonly value: Json;
}

/** The traits that a profile shows, in text order, each with the event that said it last. */
export function traitsWithProvenance({ fragment }: Pick<ProfileGroup, "fragment">): readonly TraitWithProvenance[] {
  return Object.entries(fragment.traits)
    .filter(([, { value }]) => value !== null)
    .sort(([x], [y]) => compareText(x, y))
    .map(([name, { value, at, by, source }]) => ({
      name,
      value,
      at: isoTime(at),
      source: source ?? null,
      event: by,
    }));
}

export interface RecentEventShown extends Provenance {
  readonly name: string;
  /** What it was worth, where it said so. */
  readonly value: number | null;
}

/** The latest events of all of a profile's identifiers, latest first. */
export const recentEventsOf = ({ fragment }: Pick<ProfileGroup, "fragment">): readonly RecentEventShown[] =>
  fragment.recent.flatMap(({ name, at, by, source, value }) =>
    name === "" ? [] : [{ name, at: isoTime(at), source: source ?? null, event: by, value: value ?? null }],
  );

export type DeviceShown = Omit<Device, "at"> & { readonly lastSeen: string };

/** The devices that a profile was seen on, latest first. */
export const devicesOf = ({ fragment }: Pick<ProfileGroup, "fragment">): readonly DeviceShown[] =>
  latestDevices(fragment.devices).map(({ at, ...facts }) => ({ ...facts, lastSeen: isoTime(at) }));

/** How much a source said of a profile. */
export interface SourceShown {
  readonly source: string;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly events: number;
  /** Whether `events` was counted one by one; else it is about right (a standard error of 9 %), and the lake knows. */
  readonly exact: boolean;
}

/**
 * What each source said, by name. Counted by identifier and added up: an event belongs to one identity key, so what is
 * exact for each stays exact for all.
 */
export function activityOf({ members, fragment }: Pick<ProfileGroup, "members" | "fragment">): readonly SourceShown[] {
  const fragments = members.flatMap(([, member]) => (member.fragment ? [member.fragment] : []));
  return Object.entries(fragment.activity)
    .sort(([x], [y]) => compareText(x, y))
    .map(([source, { firstSeen, lastSeen }]) => {
      const counts = fragments.filter((each) => spokeOf(each, source)).map((each) => countOf(each, source));
      return {
        source,
        firstSeen: isoTime(firstSeen),
        lastSeen: isoTime(lastSeen),
        events: counts.reduce((sum, { events }) => sum + events, 0),
        exact: counts.every(({ exact }) => exact),
      };
    });
}

const spokeOf = ({ activity }: Fragment, source: string): boolean => Object.hasOwn(activity, source);
