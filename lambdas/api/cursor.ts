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

/** Cuts one row more than a page to the page, and says where the next one begins. */
export function pageOf<Row>(rows: readonly Row[], limit: number, cursorOf: (row: Row) => Cursor): Page<Row> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, next: rows.length > limit && last !== undefined ? writeCursor(cursorOf(last)) : null };
}
