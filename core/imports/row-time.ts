import type { Json } from "#core/kernel/json.ts";
import { type EpochMs, isoDay, parseTime } from "#core/kernel/time.ts";

const ISO = /^\d{4}-\d\d-(\d\d)(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;

/**
 * A time as a file states it; `undefined` where it is none, or not the same to every reader. Stricter than what clients
 * may send: `03/04/2017` is two different days to two people, and a purchase of 1997 whose time cannot be read must not
 * count as one of today.
 */
export function rowTime(stated: Json | undefined): EpochMs | undefined {
  if (typeof stated === "number") return parseTime(stated);
  if (typeof stated !== "string") return undefined;
  const day = ISO.exec(stated)?.[1];
  if (day === undefined || (day > "28" && !isDay(stated.slice(0, 10)))) return undefined;
  return parseTime(stated.replace(" ", "T"));
}

/** The engine reads 30 February as 2 March. */
const isDay = (day: string): boolean => {
  const at = Date.parse(day);
  return !Number.isNaN(at) && isoDay(at) === day;
};
