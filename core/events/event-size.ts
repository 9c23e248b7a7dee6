/** More than any number takes as JSON text: `-1.2345678901234567e-308`. */
const NUMBER_BYTES = 25;
/** Of a UTF-16 unit as JSON text: a control character or half a pair becomes `\u001f`. */
const UNIT_BYTES = 6;

/**
 * Whether a value read from JSON certainly takes no more bytes than these as JSON text, is nested no deeper than that,
 * and all of its text is Unicode. It adds up what each part takes at worst and stops where it no longer fits: most events are far below their
 * limit, and writing all of them out again only to see their length takes as long as reading them did.
 */
export const isSurelySound = (value: unknown, bytes: number, depth: number): boolean => left(value, bytes, depth) >= 0;

/** What is left of the bytes behind a value, below 0 where they do not last or something else is amiss. */
function left(value: unknown, bytes: number, depth: number): number {
  if (typeof value === "string") return value.isWellFormed() ? bytes - 2 - UNIT_BYTES * value.length : -1;
  if (typeof value !== "object" || value === null) return bytes - NUMBER_BYTES;
  if (depth <= 0) return -1;
  let rest = bytes - 2;
  if (Array.isArray(value)) {
    for (const item of value) {
      rest = left(item, rest - 1, depth - 1);
      if (rest < 0) return rest;
    }
    return rest;
  }
  const object = value as Readonly<Record<string, unknown>>;
  for (const name in object) {
    if (!name.isWellFormed()) return -1;
    rest = left(object[name], rest - 4 - UNIT_BYTES * name.length, depth - 1);
    if (rest < 0) return rest;
  }
  return rest;
}

/** Whether a value holds lists and objects within each other more than so many deep. */
export function isDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (depth <= 0) return true;
  return Object.values(value).some((part) => isDeeperThan(part, depth - 1));
}

/** The exact size of a value's JSON text, in bytes of UTF-8. */
export const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? "");
