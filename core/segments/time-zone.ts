import type { EpochMs } from "#core/kernel/time.ts";

/** Whether this is a zone of the IANA database (`Europe/Paris`) or `UTC`, as the runtime knows it. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(name)) return false;
  try {
    formatFor(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    calendar: "gregory",
    hourCycle: "h23",
    era: "short",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(zone, made);
  return made;
}

/** What clocks in the zone show at the instant, written as if it were UTC. */
export function wallClockAt(at: EpochMs, zone: string): EpochMs {
  if (zone === "UTC") return at;
  const parts = new Map(
    formatFor(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type));
  const wall = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return wall + (((at % 1_000) + 1_000) % 1_000);
}

/**
 * The instant at which clocks in the zone show this. A time that clocks skip in spring is read with the offset from
 * before the change (so it falls after it); of a time they show twice in autumn the first is meant. These are the
 * rules of Temporal and of RFC 5545.
 */
export function instantAtWallClock(wall: EpochMs, zone: string): EpochMs {
  const DAY = 86_400_000;
  const before = wall - (wallClockAt(wall - DAY, zone) - (wall - DAY));
  const after = wall - (wallClockAt(wall + DAY, zone) - (wall + DAY));
  const fitting = [before, after].filter((at) => wallClockAt(at, zone) === wall);
  return fitting.length === 0 ? before : Math.min(...fitting);
}
