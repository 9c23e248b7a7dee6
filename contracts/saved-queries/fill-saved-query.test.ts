import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isRejection } from "#core/kernel/rejection.ts";
import { fillSavedQuery } from "./fill-saved-query.ts";
import { SAVED_QUERIES } from "./saved-queries.ts";
import type { SavedQuery } from "./saved-query.ts";

const words = { en: "", fr: "" };
const QUERY: SavedQuery = {
  title: words,
  answers: words,
  parameters: {
    since: { kind: "day", daysFromToday: -30, means: words },
    event: { kind: "text", default: "Order's", means: words },
    most: { kind: "number", default: 5, least: 1, most: 9, means: words },
    unit: { kind: "choice", default: "day", of: ["day", "week"], means: words },
  },
  sql: "\nSELECT {unit}, {event}, {most}, {since}, {since.text}, {since.dt}",
};

describe("a saved query", () => {
  it("is filled with its defaults, and days count from today", () => {
    expect(fillSavedQuery(QUERY)).toBe(
      "SELECT day, 'Order''s', 5, CAST(current_date - INTERVAL '30' DAY AS DATE), " +
        "CAST(CAST(current_date - INTERVAL '30' DAY AS DATE) AS VARCHAR), " +
        "CAST(CAST(current_date - INTERVAL '31' DAY AS DATE) AS VARCHAR)",
    );
  });

  it("is filled with what is given", () => {
    expect(fillSavedQuery(QUERY, { since: "2024-03-01", event: "A", most: "9", unit: "week" })).toBe(
      "SELECT week, 'A', 9, DATE '2024-03-01', '2024-03-01', '2024-02-29'",
    );
  });

  it.each([
    ["since", "2026-02-30"],
    ["since", "yesterday"],
    ["since", "2026-01-01' OR 1=1"],
    ["most", "0"],
    ["most", "10"],
    ["most", "1e1"],
    ["unit", "year"],
    ["unit", "day, 1"],
    ["event", "x".repeat(201)],
    ["event", "a\0b"],
    ["others", "1"],
    ["__proto__", "1"],
    ["constructor", "1"],
  ])("refuses %s = %j by the parameter's name", (name, value) => {
    const refused = fillSavedQuery(QUERY, Object.fromEntries([[name, value]]));
    expect(refused).toMatchObject({ code: "query.bad_parameter", message: expect.stringMatching(`^${name}: `) });
  });

  it("writes any text as one literal", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), (event) => {
        const sql = fillSavedQuery({ ...QUERY, sql: "{event}" }, { event });
        const literal = isRejection(sql) ? "''" : sql;
        expect(isRejection(sql)).toBe(event.includes("\0"));
        expect(literal).toMatch(/^'(?:[^']|'')*'$/);
        if (!isRejection(sql)) expect(literal.slice(1, -1).replaceAll("''", "'")).toBe(event);
      }),
    );
  });

  it("that names a parameter it does not have is our own mistake", () => {
    expect(() => fillSavedQuery({ ...QUERY, sql: "{nope}" })).toThrow("nope");
  });
});

describe("the saved queries", () => {
  it.each(Object.entries<SavedQuery>(SAVED_QUERIES))("%s says what it answers, in both languages", (name, query) => {
    expect(name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    for (const { en, fr } of [
      query.title,
      query.answers,
      ...Object.values(query.parameters).map(({ means }) => means),
    ]) {
      expect(en).not.toBe("");
      expect(fr).not.toBe("");
    }
    expect(typeof fillSavedQuery(query)).toBe("string");
    // Athena keeps a description of at most 1,024 characters, and a name of 128.
    expect(query.answers.en.length + query.answers.fr.length).toBeLessThan(1_000);
  });
});
