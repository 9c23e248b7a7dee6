/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number;

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Years 1 to 9999: what every store, engine and file format here can hold. */
const EARLIEST = Date.UTC(1, 0, 1) - 1900 * 365.2425 * DAY;
const LATEST = Date.UTC(9999, 11, 31);

/**
 * Reads what clients send as a time: ISO 8601 with `Z`, an offset or neither (then UTC), or epoch milliseconds.
 * Gives `undefined` for anything else, and for years no engine can hold.
 */
export function parseTime(value: unknown): EpochMs | undefined {
  const read = typeof value === "string" ? parseText(value) : value;
  if (typeof read !== "number" || !Number.isFinite(read)) return undefined;
  return read >= EARLIEST && read <= LATEST ? Math.trunc(read) : undefined;
}

const UNZONED = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/;

// A local time without a zone is read as UTC: the answer must not depend on the machine's own zone.
const parseText = (text: string): number => Date.parse(UNZONED.test(text) ? `${text}Z` : text);

/**
 * `YYYY-MM-DDTHH:MM:SS.mmmZ`, as `Date.prototype.toISOString` writes it, several times as fast: times come in bunches,
 * and those of one day share the part that is dear to compute.
 */
export function isoTime(at: EpochMs): string {
  const day = Math.floor(at / DAY);
  const ms = at - day * DAY;
  const s = Math.floor(ms / SECOND);
  const m = Math.floor(s / 60);
  return `${dayText(day)}T${two(Math.floor(m / 60))}:${two(m % 60)}:${two(s % 60)}.${three(ms % SECOND)}Z`;
}

/** The UTC day, `YYYY-MM-DD`: the partition a row lies in. */
export const isoDay = (at: EpochMs): string => dayText(Math.floor(at / DAY));

const two = (n: number): string => (n < 10 ? `0${n}` : `${n}`);
const three = (n: number): string => (n < 100 ? `0${two(n)}` : `${n}`);

// The days last asked for: what is remembered can be forgotten at any moment without changing an answer.
const days = new Map<number, string>();
const REMEMBERED_DAYS = 4_096;

function dayText(day: number): string {
  const known = days.get(day);
  if (known !== undefined) return known;
  if (days.size >= REMEMBERED_DAYS) days.clear();
  const text = new Date(day * DAY).toISOString().slice(0, -"T00:00:00.000Z".length);
  days.set(day, text);
  return text;
}
