import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isDeeperThan, jsonBytes, surelyFits } from "./event-size.ts";
import { jsonText } from "./json-text.ts";

const nested = (levels: number): unknown => JSON.parse(`${"[".repeat(levels)}${"]".repeat(levels)}`);
const anything = fc.oneof(
  fc.jsonValue({ stringUnit: "binary" }),
  fc.json().map((text) => JSON.parse(text) as unknown),
);

describe("surelyFits", () => {
  it("never says so of what is larger or deeper", () => {
    fc.assert(
      fc.property(anything, fc.nat(400), fc.nat(6), (value, bytes, depth) => {
        if (!surelyFits(value, bytes, depth)) return;
        expect(jsonBytes(value)).toBeLessThanOrEqual(bytes);
        expect(isDeeperThan(value, depth)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });
  it("says so of what is far from both", () => {
    fc.assert(fc.property(anything, (value) => surelyFits(value, jsonBytes(value) * 30 + 30, 100)));
  });
});

it("tells how deep a value is", () => {
  expect([nested(3), { a: [{}] }, 7].map((value) => isDeeperThan(value, 2))).toEqual([true, true, false]);
  expect([nested(3), { a: [{}] }, 7].map((value) => isDeeperThan(value, 3))).toEqual([false, false, false]);
  expect(isDeeperThan(7, 0)).toBe(false);
});

describe("jsonText", () => {
  it("is what JSON says, for what JSON.stringify can write", () => {
    fc.assert(fc.property(anything, (value) => jsonText(value) === JSON.stringify(value)));
  });
  it("writes what JSON.stringify gives up on", () => {
    const levels = 50_000;
    const deep = `${'{"a":[1,'.repeat(levels)}{"é":null,"b":[]}${',"x"]}'.repeat(levels)}`;
    expect(() => JSON.stringify(JSON.parse(deep))).toThrow(RangeError);
    expect(jsonText(JSON.parse(deep)) === deep).toBe(true);
  });
});
