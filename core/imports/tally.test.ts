import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addExactly, exactTotal } from "./tally.ts";

describe("an exact sum", () => {
  it("adds up cents as whole numbers do, in any number and order", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -10_000_000, max: 10_000_000 }), { maxLength: 200 }), (cents) => {
        const sum = cents.map((cent) => cent / 100).reduce(addExactly, { sum: 0, lost: 0 });
        expect(exactTotal(sum)).toBe(cents.reduce((a, b) => a + b, 0) / 100);
      }),
    );
  });

  it("does not lose small amounts beside a great one", () => {
    const sum = [1e15, ...Array<number>(1_000).fill(0.01), -1e15].reduce(addExactly, { sum: 0, lost: 0 });
    expect(exactTotal(sum)).toBeCloseTo(10, 6);
  });
});
