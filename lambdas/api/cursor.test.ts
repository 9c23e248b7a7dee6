import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_PAGE_CHARACTERS, pageOf, readCursor, writeCursor } from "./cursor.ts";

describe("a cursor", () => {
  it("reads back what was written, and refuses all else", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" }), { maxLength: 4 }), fc.string(), (parts, other) => {
        expect(readCursor(writeCursor(parts), parts.length)).toEqual(parts);
        expect(readCursor(writeCursor(parts), parts.length + 1)).toMatchObject({ code: "page.bad_cursor" });
        expect(readCursor(other, 9)).toMatchObject({ code: "page.bad_cursor" });
      }),
    );
    expect(readCursor(undefined, 3)).toBeUndefined();
  });
});

describe("pages", () => {
  const all = Array.from({ length: 10 }, (_, n) => `row ${n}`);

  it("say where the next begins only where there is one", () => {
    expect(pageOf(all.slice(0, 4), 4, (row) => [row])).toEqual({ rows: all.slice(0, 4), next: null });
    const page = pageOf(all.slice(0, 5), 4, (row) => [row]);
    expect(page.rows).toEqual(all.slice(0, 4));
    expect(readCursor(page.next ?? "", 1)).toEqual(["row 3"]);
    expect(pageOf([], 4, () => [])).toEqual({ rows: [], next: null });
  });

  it("end early where rows are large, and never without one", () => {
    const large = ["a", "b", "c"].map((name) => name.repeat(MAX_PAGE_CHARACTERS * 0.6));
    const page = pageOf(large, 3, (row) => [row.slice(0, 1)]);
    expect(page.rows).toHaveLength(1);
    expect(readCursor(page.next ?? "", 1)).toEqual(["a"]);
    const huge = ["x".repeat(MAX_PAGE_CHARACTERS * 2)];
    expect(pageOf(huge, 3, () => ["x"])).toEqual({ rows: huge, next: null });
  });
});
