import { DAY, type EpochMs, HOUR, MINUTE } from "#core/kernel/time.ts";

/**
 * The text that counts as a date, for every engine: `2026-03-01`, or with a time (`T` or a blank before it), its
 * seconds, their fraction, and after seconds `Z` or an offset. Years 1000 to 9999. No backslash and nothing that regular
 * expressions of V8, RE2 and Java read differently, because SQL uses the same pattern.
 */
export const DATE_PATTERN =
  "^[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])" +
  "([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?(Z|[+-](0[0-9]|1[0-4]):?[0-5][0-9])?)?)?$";

const DATE = new RegExp(DATE_PATTERN);

/** A date text in parts, its zone left open. */
export interface DateParts {
  /** The wall clock as if it were UTC. */
  readonly wall: EpochMs;
  /** Minutes east of UTC; `undefined` where the text names no zone. */
  readonly offset: number | undefined;
}

/** `undefined` for text that is no date, and for days their month does not have. */
export function datePartsIn(text: string): DateParts | undefined {
  if (!DATE.test(text)) return undefined;
  const [year, month, day] = [text.slice(0, 4), text.slice(5, 7), text.slice(8, 10)].map(Number) as [
    number,
    number,
    number,
  ];
  const midnight = Date.UTC(year, month - 1, day);
  if (new Date(midnight).getUTCDate() !== day) return undefined;
  return { wall: midnight + timeOfDay(text), offset: offsetIn(text) };
}

function timeOfDay(text: string): number {
  if (text.length === 10) return 0;
  const seconds = text[16] === ":" ? Number(text.slice(17, 19)) : 0;
  // Below the millisecond everything is cut, never rounded: engines differ in how they round.
  const fraction = text[19] === "." ? (/^[0-9]+/.exec(text.slice(20))?.[0] ?? "") : "";
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, "0"));
  return Number(text.slice(11, 13)) * HOUR + Number(text.slice(14, 16)) * MINUTE + seconds * 1_000 + milliseconds;
}

function offsetIn(text: string): number | undefined {
  if (text.endsWith("Z")) return 0;
  const found = /([+-])([0-9]{2}):?([0-9]{2})$/.exec(text.slice(11));
  if (found === null) return undefined;
  const minutes = Number(found[2]) * 60 + Number(found[3]);
  return found[1] === "-" ? -minutes : minutes;
}

/** The instant a date text names; without a zone it is read as UTC. `undefined` for anything that is no date text. */
export function instantIn(text: string): EpochMs | undefined {
  const parts = datePartsIn(text);
  return parts && parts.wall - (parts.offset ?? 0) * MINUTE;
}

/** Instants that every engine can write as a literal. */
export const isWritable = (at: EpochMs): boolean => at >= Date.UTC(1000, 0, 1) - DAY && at < Date.UTC(9999, 11, 31);
