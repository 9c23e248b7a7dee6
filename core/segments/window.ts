import * as z from "zod";
import { DAY, type EpochMs, isoDay, MINUTE } from "#core/kernel/time.ts";
import { datePartsIn, instantIn, isWritable } from "./date-text.ts";
import { Duration, durationMs, durationParts } from "./duration.ts";
import { instantAtWallClock, isTimeZone, wallClockAt } from "./time-zone.ts";

const Zone = z.string().refine(isTimeZone, "a zone is named as in the IANA database: Europe/Paris, UTC");

/** `2026-03-01`, `2026-03-01T08:30`, `2026-03-01T08:30:00Z`, `2026-03-01T08:30:00+01:00`. */
export const DateOperand = z
  .string()
  .refine(
    (text) => isWritable(instantIn(text) ?? Number.NaN),
    "a date looks like 2026-03-01 or 2026-03-01T08:30:00+01:00",
  );

const LastWindow = z.strictObject({ last: Duration, zone: Zone.optional() });
const CalendarWindow = z
  .strictObject({ from: DateOperand.optional(), to: DateOperand.optional(), zone: Zone.optional() })
  .refine(({ from, to }) => from !== undefined || to !== undefined, "a window has `from`, `to` or both");

/** When an event must have happened to count. */
export const Window = z.union([LastWindow, CalendarWindow], {
  error: 'a window looks like {"last":"30d"} or {"from":"2026-01-01","to":"2026-02-01"}, with a "zone" if wanted',
});
export type Window = Readonly<z.infer<typeof Window>>;

/** Half-open: `from ≤ t < to`. */
export interface WindowBounds {
  readonly from?: EpochMs;
  readonly to: EpochMs;
}

/**
 * The instants a window stands for at `now`; no window is all time up to now. What happens later than `now` is never
 * in a window, what happens at `now` is.
 *
 * `{last: "30d"}` is `now − 30 × 24 h < t ≤ now`, so that somebody leaves exactly 30 days after the event; with a
 * zone, days and weeks are those of its calendar: the same time of day, 30 days earlier, whatever clocks did meanwhile.
 * `{from, to}` is `from ≤ t < to`; a date without offset is midnight, or the time given, in the zone (UTC if none).
 */
export function windowBounds(window: Window | undefined, now: EpochMs): WindowBounds {
  const end = now + 1;
  if (window === undefined) return { to: end };
  if ("last" in window) return { from: beginning(window, now) + 1, to: end };
  const from = window.from === undefined ? undefined : instantOf(window.from, window.zone);
  const to = window.to === undefined ? end : Math.min(instantOf(window.to, window.zone), end);
  return from === undefined ? { to } : { from, to };
}

/**
 * The first UTC day on which an event of a window may have been received: 31 days before the one it begins in;
 * `undefined` where it has no beginning. Whoever claims to know more than a month ahead what will have happened has a
 * wrong clock, and such an event counts in no window that begins later: so no engine needs to look at what came in
 * before that day, however much that is. Events that are late, by days or years, are received later and count.
 */
export function receivedFrom({ from }: Partial<WindowBounds>): string | undefined {
  if (from === undefined) return undefined;
  return isoDay(Math.max(from - RECEIVED_AHEAD, Date.UTC(1000, 0, 1)));
}

const RECEIVED_AHEAD = 31 * DAY;

function beginning({ last, zone }: z.infer<typeof LastWindow>, now: EpochMs): EpochMs {
  const { amount, unit } = durationParts(last);
  if (zone === undefined || unit === "min" || unit === "h") return now - durationMs(last);
  return instantAtWallClock(wallClockAt(now, zone) - amount * (unit === "w" ? 7 * DAY : DAY), zone);
}

function instantOf(text: string, zone = "UTC"): EpochMs {
  const parts = datePartsIn(text);
  if (parts === undefined) throw new Error(`the window was not validated: ${text} is no date`);
  return parts.offset === undefined ? instantAtWallClock(parts.wall, zone) : parts.wall - parts.offset * MINUTE;
}
