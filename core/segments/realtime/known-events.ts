import type { EpochMs } from "#core/kernel/time.ts";
import type { EventFilter } from "#core/segments/condition.ts";
import { durationMs, durationParts } from "#core/segments/duration.ts";
import { eventNamesIn } from "#core/segments/measure.ts";
import { type Window, windowBounds } from "#core/segments/window.ts";
import { NEVER } from "./decision.ts";
import type { KnownPerson } from "./known-person.ts";
import { windowTurns } from "./turns.ts";

/** What is known of the events that a filter means, in a window, at an instant. */
export interface Known {
  /** Latest first. Those from place `start` until before `end` lie in the window. */
  readonly times: readonly EpochMs[];
  readonly start: number;
  readonly end: number;
  /** Whether those are meant for sure; else only their names fit, and whether their properties do is not known. */
  readonly isSure: boolean;
  /** Events that are not known may be meant too: they are no later than the person's `knownAfter`. */
  readonly open: boolean;
  readonly from: EpochMs;
}

/** A filter and a window made ready. */
export interface EventReader {
  readonly read: (person: KnownPerson, now: EpochMs) => Known;
  /** When any of what was read changes by time alone, the end of `open` left out. */
  readonly turns: (known: Known, now: EpochMs) => EpochMs;
  /** When an event of this time, which lies in the window, leaves it. */
  readonly leaves: (at: EpochMs, now: EpochMs) => EpochMs;
}

const NONE: readonly EpochMs[] = [];

export function eventReader(filter: EventFilter, within: Window | undefined): EventReader {
  const names = [...new Set(eventNamesIn(filter))];
  const [only] = names.length === 1 ? names : [];
  const timesOf = ({ events }: KnownPerson): readonly EpochMs[] =>
    only === undefined
      ? names.flatMap((name) => events.get(name) ?? NONE).sort((x, y) => y - x)
      : (events.get(only) ?? NONE);
  const length = plainLength(within);
  const isSure = filter.where === undefined;
  const leaves = (at: EpochMs, now: EpochMs): EpochMs =>
    length === undefined ? windowTurns(within, at, now) : at + length;
  return {
    leaves,
    read: (person, now) => {
      const times = timesOf(person);
      const { from = Number.NEGATIVE_INFINITY, to } =
        length === undefined ? windowBounds(within, now) : { from: now - length + 1, to: now + 1 };
      const start = placeBelow(times, to);
      const open = person.knownAfter > Number.NEGATIVE_INFINITY && person.knownAfter >= from;
      return { times, start, end: Math.max(start, placeBelow(times, from)), isSure, open, from };
    },
    turns: ({ times, start, end }, now) => {
      if (times.length === 0) return NEVER;
      if (length === undefined)
        return times.reduce((until, at) => Math.min(until, windowTurns(within, at, now)), NEVER);
      const comes = start > 0 ? (times[start - 1] as EpochMs) : NEVER;
      return end > start ? Math.min(comes, (times[end - 1] as EpochMs) + length) : comes;
    },
  };
}

/** Of a window whose length no calendar changes, in ms; plus infinity where there is no window. */
function plainLength(within: Window | undefined): number | undefined {
  if (within === undefined) return NEVER;
  if (!("last" in within)) return undefined;
  const { unit } = durationParts(within.last);
  const isPlain = within.zone === undefined || within.zone === "UTC" || unit === "min" || unit === "h";
  return isPlain ? durationMs(within.last) : undefined;
}

/** The first place, in times that are sorted latest first, whose time is before the instant. */
function placeBelow(times: readonly EpochMs[], instant: EpochMs): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as EpochMs) < instant) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** When the latest event that is not known leaves the window: what was open is not any more. */
export const closes = (within: Window | undefined, { knownAfter }: KnownPerson, now: EpochMs): EpochMs =>
  Number.isFinite(knownAfter) && knownAfter <= now ? windowTurns(within, knownAfter, now) : NEVER;
