import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Event } from "#core/events/event.ts";
import type { Json } from "#core/kernel/json.ts";
import { DAY } from "#core/kernel/time.ts";
import type { ResolvedCondition } from "./condition.ts";
import { globMatches, globPieces } from "./glob.ts";
import { matches } from "./matches.ts";
import { micros } from "./micros.ts";
import { distinctEvents, type Person } from "./person.ts";
import { readCondition } from "./read-condition.ts";

const NOW = Date.UTC(2026, 2, 30);
const nobody: Person = { traits: {}, computed: {}, lists: new Set(), consent: {}, events: [] };
const withTrait = (value: Json): Person => ({ ...nobody, traits: { x: value } });
const buying = (...amounts: readonly Json[]): Person => ({
  ...nobody,
  events: amounts.map((amount, at) => ({ name: "Bought", at: NOW - at * DAY, properties: { amount } })),
});
const meant = (condition: unknown, person: Person): boolean => {
  expect(readCondition(condition)).toEqual(condition);
  return matches(condition as ResolvedCondition, person, NOW);
};

describe("a test of a value", () => {
  it.each<[object, Json[], Json[]]>([
    [{ eq: "a" }, ["a"], ["A", "a ", 1, true, null, ["a"]]],
    [{ eq: 1 }, [1], ["1", true, 2]],
    [{ ne: "a" }, ["b", ""], ["a", 1, null, ["a"]]],
    [{ in: [1, 2] }, [1, 2], [3, "1", null]],
    [{ notIn: ["a", "b"] }, ["c"], ["a", 1, null]],
    [{ gt: 5 }, [5.1], [5, "6", null, true]],
    [{ between: [1, 3] }, [1, 2, 3], [0.9, 3.1, "2"]],
    [{ contains: "ri" }, ["Paris", ["ri", 1]], ["PARIS", ["Paris"], 1, null]],
    [{ contains: 1 }, [[1]], [1, "1", ["1"]]],
    [{ startsWith: "Pa" }, ["Paris"], ["paris", 1]],
    [{ endsWith: "is" }, ["Paris"], ["i", ["is"]]],
    [{ matches: "*@example.*" }, ["a@example.org"], ["a@sample.org", 1]],
    [{ exists: true }, ["", 0, false, [], {}], [null]],
    [{ missing: true }, [null], ["", 0, false]],
    [{ before: "2026-01-01" }, ["2025-12-31T23:59:59.999Z"], ["2026-01-01", "soon", 0, null]],
    [{ after: "2026-01-01" }, ["2026-01-01T00:00:00.001Z"], ["2026-01-01"]],
    [{ inLast: "1d" }, ["2026-03-30", "2026-03-29T00:00:00.001Z"], ["2026-03-29", "2026-03-30T00:00:00.001Z"]],
    [{ inNext: "1d" }, ["2026-03-31", "2026-03-30T00:00:00.001Z"], ["2026-03-30", "2026-03-31T00:00:00.001Z"]],
  ])("%j", (test, passing, failing) => {
    for (const value of passing)
      expect([value, meant({ trait: "x", ...test }, withTrait(value))]).toEqual([value, true]);
    for (const value of failing)
      expect([value, meant({ trait: "x", ...test }, withTrait(value))]).toEqual([value, false]);
    expect(meant({ trait: "x", ...test }, nobody)).toBe("missing" in test);
  });

  it("leads into objects and lists, but not into what JavaScript adds to them", () => {
    const person = { ...nobody, traits: { a: { b: [{ c: 1 }] }, t: "text" } };
    expect(meant({ trait: "a.b.0.c", eq: 1 }, person)).toBe(true);
    for (const path of ["a.b.length", "a.b.1", "t.length", "t.0", "constructor", "__proto__", "a.b.0.toString"]) {
      expect([path, meant({ trait: path, exists: true }, person)]).toEqual([path, false]);
    }
  });
});

describe("what is measured of events", () => {
  it("of none is zero, or nothing", () => {
    for (const zero of ["count", "sum", "distinct"] as const) {
      const of = zero === "count" ? {} : { of: "amount" };
      expect([zero, meant({ event: "Bought", [zero]: { ...of, lt: 1 } }, nobody)]).toEqual([zero, true]);
    }
    for (const nothing of ["avg", "min", "max"]) {
      expect([nothing, meant({ event: "Bought", [nothing]: { of: "amount", ne: 1 } }, nobody)]).toEqual([
        nothing,
        false,
      ]);
    }
    expect(meant({ event: "Bought", first: { before: "2030-01-01" } }, nobody)).toBe(false);
  });

  it("takes numbers for amounts and nothing else", () => {
    const person = buying(10, "20", null, true, 1e12, 5);
    expect(meant({ event: "Bought", sum: { of: "amount", eq: 15 } }, person)).toBe(true);
    expect(meant({ event: "Bought", avg: { of: "amount", eq: 7.5 } }, person)).toBe(true);
    expect(meant({ event: "Bought", max: { of: "amount", eq: 1e12 } }, person)).toBe(true);
    expect(meant({ event: "Bought", distinct: { of: "amount", eq: 5 } }, person)).toBe(true);
    expect(meant({ event: "Bought", count: { eq: 6 } }, person)).toBe(true);
  });

  it("adds exactly, in any order", () => {
    expect(meant({ event: "Bought", sum: { of: "amount", eq: 0.3 } }, buying(0.1, 0.2))).toBe(true);
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 8 }),
        (amounts) => {
          const total = Number(amounts.reduce((sum, amount) => sum + (micros(amount) ?? 0n), 0n)) / 1e6;
          const exactly = { event: "Bought", sum: { of: "amount", eq: total } };
          expect(matches(exactly, buying(...amounts), NOW)).toBe(
            matches(exactly, buying(...amounts.toReversed()), NOW),
          );
          expect(matches(exactly, buying(...amounts), NOW)).toBe(true);
        },
      ),
    );
  });

  it("leaves out what lies outside of the window or later than now", () => {
    const person = {
      ...buying(1, 1, 1),
      events: [...buying(1, 1, 1).events, { name: "Bought", at: NOW + 1, properties: {} }],
    };
    expect(meant({ event: "Bought", count: { eq: 3 } }, person)).toBe(true);
    expect(meant({ event: "Bought", within: { last: "2d" }, count: { eq: 2 } }, person)).toBe(true);
  });
});

describe("consent", () => {
  const person: Person = { ...nobody, consent: { mail: "granted", sms: "denied" } };

  it("is granted, denied or unknown, and a name that JavaScript knows is unknown too", () => {
    expect(meant({ consent: "mail", is: "granted" }, person)).toBe(true);
    expect(meant({ consent: "sms", is: "unknown" }, person)).toBe(false);
    expect(meant({ consent: "push", is: "unknown" }, person)).toBe(true);
    expect(meant({ consent: "constructor", is: "unknown" }, person)).toBe(true);
  });
});

describe("a pattern", () => {
  it("means what the regular expression does that it stands for", () => {
    const piece = fc.constantFrom("*", "?", "a", "b", "ab", "\n", "🎉", "\\*", ".");
    const text = fc
      .array(fc.constantFrom("a", "b", "*", "\n", "🎉", "."), { maxLength: 8 })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), text, (parts, subject) => {
        const words: Readonly<Record<string, string>> = { "*": "[^]*", "?": "[^]", "\\*": "\\*", ".": "\\." };
        const expression = new RegExp(`^${parts.map((part) => words[part] ?? part).join("")}$`, "u");
        expect(globMatches(globPieces(parts.join("")), subject)).toBe(expression.test(subject));
      }),
      { numRuns: 500 },
    );
  });

  it("answers at once where a regular expression would not", () => {
    // A regular expression would not come to an end while this test may run.
    expect(globMatches(globPieces(`${"*a".repeat(400)}*b`), "a".repeat(5_000))).toBe(false);
  });
});

describe("events as they came in", () => {
  it("count once, the first received of each", () => {
    const event = (messageId: string, receivedAt: number, name: string): Event =>
      ({ source: "s", messageId, receivedAt, name }) as Event;
    const events = [event("b", 2, "late"), event("a", 5, "a"), event("b", 1, "first"), event("b", 3, "later")];
    expect(distinctEvents(events).map(({ name }) => name)).toEqual(["a", "first"]);
  });
});
