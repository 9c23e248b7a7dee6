import { type Rejection, rejection } from "#core/kernel/rejection.ts";

/** Where a page begins: the sort values of the last row before it, in the order of sorting. Opaque to the asker. */
export type Cursor = readonly string[];

export const writeCursor = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString("base64url");

/** `undefined` for the first page. */
export function readCursor(
  text: string | undefined,
  length: number,
): Cursor | undefined | Rejection<"page.bad_cursor"> {
  if (text === undefined) return undefined;
  const refused = rejection("page.bad_cursor", "this cursor is not from a page of this list; start without one");
  try {
    const read: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    const isCursor = Array.isArray(read) && read.length === length && read.every((part) => typeof part === "string");
    return isCursor ? read : refused;
  } catch {
    return refused;
  }
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next: string | null;
}

/** Lambda answers at most 6 MB, escaped once more on the way: half of that is left for the rows of a page. */
export const MAX_PAGE_CHARACTERS = 3_000_000;

/**
 * Cuts one row more than a page to the page, and says where the next one begins. A page of large rows ends early, but
 * has one row at least.
 */
export function pageOf<Row>(rows: readonly Row[], limit: number, cursorOf: (row: Row) => Cursor): Page<Row> {
  const fitting = rows.slice(0, limit);
  let left = MAX_PAGE_CHARACTERS;
  const tooMany = fitting.findIndex((row, at) => {
    left -= JSON.stringify(row).length;
    return at > 0 && left < 0;
  });
  const page = tooMany < 0 ? fitting : fitting.slice(0, tooMany);
  const last = page.at(-1);
  return { rows: page, next: rows.length > page.length && last !== undefined ? writeCursor(cursorOf(last)) : null };
}
