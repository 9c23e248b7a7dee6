import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digestOf } from "./digest.ts";
import { type DistinctSketch, distinctCount, emptySketch, joinSketches, withDistinct } from "./distinct-sketch.ts";

const idOf = (name: string): string => digestOf(name).slice(0, 8);
const sketchOf = (names: readonly string[]): DistinctSketch =>
  names.reduce<DistinctSketch>((sketch, name) => withDistinct(sketch, idOf(name)), emptySketch);

const names = fc.array(fc.string({ maxLength: 3 }), { maxLength: 200 });

describe("a sketch of distinct things", () => {
  it("is that of the set, whatever the order, the repetitions and the cuts", () => {
    fc.assert(
      fc.property(names, names, (x, y) => {
        const all = sketchOf([...new Set([...x, ...y])].sort());
        expect(joinSketches(sketchOf(x), sketchOf([...y, ...x]))).toBe(all);
        expect(joinSketches(sketchOf(y), sketchOf(x))).toBe(all);
      }),
    );
  });

  it("answers the very sketch it was given where nothing is added", () => {
    const sketch = sketchOf(["a", "b", "c"]);
    expect(withDistinct(sketch, idOf("b"))).toBe(sketch);
    expect(joinSketches(sketch, sketchOf(["c"]))).toBe(sketch);
  });

  it("counts nothing as nothing, and one as one", () => {
    expect(distinctCount(emptySketch)).toBe(0);
    expect(distinctCount(sketchOf(["a"]))).toBe(1);
  });

  it("counts with a standard error of about 9 %, and no bias to speak of", () => {
    const things = [60, 200, 1_000, 5_000];
    for (const many of things) {
      const rounds = 60;
      const errors = Array.from({ length: rounds }, (_, round) => {
        const sketch = sketchOf(Array.from({ length: many }, (_, nth) => `${many} ${round} ${nth}`));
        return distinctCount(sketch) / many - 1;
      });
      const bias = errors.reduce((sum, error) => sum + error, 0) / rounds;
      const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / rounds);
      expect(deviation, String(many)).toBeLessThan(0.115);
      // Three standard errors of a mean of sixty.
      expect(Math.abs(bias), String(many)).toBeLessThan(0.036);
    }
  });

  it("survives ids whose bits are all zero, all one, or no id at all", () => {
    for (const id of ["AAAAAAAA", "________", "", "x", "§§§§§§§§"]) {
      const sketch = withDistinct(emptySketch, id);
      expect(sketch).toHaveLength(128);
      expect(Number.isFinite(distinctCount(sketch))).toBe(true);
      expect(withDistinct(sketch, id)).toBe(sketch);
    }
  });
});
