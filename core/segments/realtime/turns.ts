import { DAY, type EpochMs, MINUTE } from "#core/kernel/time.ts";
import { instantIn } from "#core/segments/date-text.ts";
import { durationMs, durationParts } from "#core/segments/duration.ts";
import { wallClockAt } from "#core/segments/time-zone.ts";
import type { NamedTest, TimeTest } from "#core/segments/value-test.ts";
import { type Window, windowBounds } from "#core/segments/window.ts";
import { NEVER } from "./decision.ts";

/** The earliest of these that is later than `now`. */
const earliestAfter = (now: EpochMs, ...instants: readonly EpochMs[]): EpochMs =>
  instants.reduce((earliest, at) => (at > now && at < earliest ? at : earliest), NEVER);

/** When it may turn whether an instant passes a time test, with nothing but time going on. */
export function timeTestTurns(test: TimeTest, at: EpochMs, now: EpochMs): EpochMs {
  if (test.kind === "before" || test.kind === "after") return NEVER;
  const length = durationMs(test.operand);
  return test.kind === "inLast" ? earliestAfter(now, at, at + length) : earliestAfter(now, at - length, at);
}

/** The same for a value and any test. */
export function testTurns(test: NamedTest, value: unknown, now: EpochMs): EpochMs {
  if (test.kind !== "inLast" && test.kind !== "inNext") return NEVER;
  const at = typeof value === "string" ? instantIn(value) : undefined;
  return at === undefined ? NEVER : timeTestTurns(test, at, now);
}

/** When it may turn whether an event of this time lies in a window, with nothing but time going on. */
export function windowTurns(window: Window | undefined, at: EpochMs, now: EpochMs): EpochMs {
  if (at > now) return at;
  if (window === undefined || !("last" in window)) return NEVER;
  const { amount, unit } = durationParts(window.last);
  if (window.zone === undefined || window.zone === "UTC" || unit === "min" || unit === "h") {
    return earliestAfter(now, at + durationMs(window.last));
  }
  return calendarTurns({ window, zone: window.zone, days: amount * (unit === "w" ? 7 : 1) }, at, now);
}

/** More than clocks of one zone are ever moved. */
const MOST_MOVED = 26 * 60 * MINUTE;
/** Clocks are moved by whole quarters of an hour, at whole quarters. */
const QUARTER = 15 * MINUTE;

interface CalendarWindow {
  readonly window: Window;
  readonly zone: string;
  readonly days: number;
}

/**
 * An event leaves so many days later, give or take what clocks were moved by; while they are moved it may even come back.
 * So near its end the instants at which anything can turn are looked at one by one, unless no clock moves near them.
 */
function calendarTurns({ window, zone, days }: CalendarWindow, at: EpochMs, now: EpochMs): EpochMs {
  const offset = (instant: EpochMs): number => wallClockAt(instant, zone) - instant;
  const isStill = (instant: EpochMs): boolean =>
    [instant - MOST_MOVED, instant + MOST_MOVED].every((other) => offset(other) === offset(instant));
  const end = at + days * DAY;
  if (isStill(at) && isStill(end)) return earliestAfter(now, end + offset(at) - offset(end));
  if (now < end - MOST_MOVED) return end - MOST_MOVED;
  const isIn = (instant: EpochMs): boolean => at >= (windowBounds(window, instant).from ?? Number.NEGATIVE_INFINITY);
  const was = isIn(now);
  for (let quarter = Math.floor(now / QUARTER) * QUARTER; quarter <= end + MOST_MOVED; quarter += QUARTER) {
    const within = quarter + (((at % QUARTER) + QUARTER) % QUARTER);
    for (const instant of [quarter, within]) if (instant > now && isIn(instant) !== was) return instant;
  }
  return NEVER;
}
