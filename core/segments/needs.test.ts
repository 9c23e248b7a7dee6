import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ResolvedCondition } from "./condition.ts";
import { needs } from "./needs.ts";

const NOW = Date.UTC(2026, 2, 30);
const bought: ResolvedCondition = { event: "Bought" };
const pro: ResolvedCondition = { trait: "plan", eq: "pro" };

describe("what a condition needs somebody to have", () => {
  it.each<[ResolvedCondition, boolean]>([
    [bought, true],
    [{ event: "Bought", count: { lt: 3 } }, false],
    [{ event: "Bought", sum: { of: "x", gte: 0 } }, false],
    [{ event: "Bought", avg: { of: "x", gte: 0 } }, true],
    [{ sequence: [{ event: "A" }, { event: "B" }] }, true],
    [{ not: bought }, false],
    [{ not: { not: bought } }, true],
    [{ all: [pro, bought] }, true],
    [{ any: [pro, bought] }, false],
    [{ any: [bought, { all: [pro, bought] }] }, true],
    [{ not: { any: [pro, { event: "Bought", count: { eq: 0 } }] } }, true],
    [{ all: [{ not: bought }, pro] }, false],
  ])("of events: %j", (condition, expected) => {
    expect(needs("events", condition, NOW)).toBe(expected);
  });

  it("is known of lists and of computed traits too, each for itself", () => {
    const listed: ResolvedCondition = { all: [{ list: "a" }, { computed: "x", missing: true }] };
    expect(needs("lists", listed, NOW)).toBe(true);
    expect(needs("computed", listed, NOW)).toBe(false);
    expect(needs("computed", { computed: "x", gt: 1 }, NOW)).toBe(true);
    expect(needs("events", listed, NOW)).toBe(false);
  });

  it("is never asked of a list of alternatives of which one asks for nothing", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(bought, pro, { not: bought }), { minLength: 1 }), (any) => {
        expect(needs("events", { any }, NOW)).toBe(any.every((each) => each === bought));
      }),
    );
  });
});
