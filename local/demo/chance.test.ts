import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chanceOf } from "./chance.ts";

const DRAWS = 2_000;
const many = <T>(draw: () => T): readonly T[] => Array.from({ length: DRAWS }, draw);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("chance", () => {
  it("is the same for the same seed, today and in every release", () => {
    const chance = chanceOf("tilleul");
    const [a, b, c] = [chance.below(1_000), chance.below(1_000), chance.below(1_000)];
    expect([a, b, c]).toMatchInlineSnapshot(`
      [
        203,
        234,
        781,
      ]
    `);
  });

  it("is uniform enough: the mean and the share of a tenth are where they belong", () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const chance = chanceOf(seed);
        const values = many(() => chance.next());
        expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...values)).toBeLessThan(1);
        expect(mean(values)).toBeCloseTo(0.5, 1);
        expect(mean(many(() => Number(chance.happens(0.1))))).toBeLessThan(0.15);
        expect(mean(many(() => chance.times(1.5)))).toBeCloseTo(1.5, 0);
      }),
      { numRuns: 50 },
    );
  });

  it("forks into streams that do not depend on what was drawn before", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(20), (seed, drawn) => {
        const chance = chanceOf(seed);
        for (let draw = 0; draw < drawn; draw++) chance.next();
        expect(chance.fork("a").next()).toBe(chanceOf(seed).fork("a").next());
        expect(chance.fork("a").next()).not.toBe(chance.fork("b").next());
      }),
    );
  });

  it("picks by weight, and never what weighs nothing", () => {
    const chance = chanceOf("weights");
    const picked = many(() => chance.weighted([["often", 9] as const, ["seldom", 1] as const, ["never", 0] as const]));
    expect(picked.filter((item) => item === "often").length / DRAWS).toBeCloseTo(0.9, 1);
    expect(picked).not.toContain("never");
  });
});
