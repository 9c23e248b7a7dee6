import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "#core/kernel/json.ts";
import { isDeeperThan, isSurelySound, jsonBytes } from "./event-size.ts";
import { jsonText } from "./json-text.ts";
import { wellFormed } from "./well-formed.ts";

const nested = (levels: number): unknown => JSON.parse(`${"[".repeat(levels)}${"]".repeat(levels)}`);
const anything = fc.oneof(
  fc.jsonValue({ stringUnit: "binary" }),
  fc.json().map((text) => JSON.parse(text) as unknown),
);

describe("isSurelySound", () => {
  it("never says so of what is larger or deeper", () => {
    fc.assert(
      fc.property(anything, fc.nat(400), fc.nat(6), (value, bytes, depth) => {
        if (!isSurelySound(value, bytes, depth)) return;
        expect(jsonBytes(value)).toBeLessThanOrEqual(bytes);
        expect(isDeeperThan(value, depth)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });
  it("says so of what is far from both, if its text is Unicode", () => {
    const isWhole = (value: unknown): boolean => JSON.stringify(value) === JSON.stringify(wellFormed(value as Json));
    fc.assert(
      fc.property(anything, (value) => isSurelySound(value, jsonBytes(value) * 30 + 30, 100) === isWhole(value)),
    );
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

describe("wellFormed", () => {
  it("mends halves of pairs, in names too, and nothing else", () => {
    const half = { "a\ud800": ["\udc00b", "🛒", 7, null], c: { d: "\ud83d" } };
    expect(wellFormed(half)).toEqual({ "a\ufffd": ["\ufffdb", "🛒", 7, null], c: { d: "\ufffd" } });
  });
  it("is the value itself where there is nothing to mend", () => {
    const whole = { "é🛒": ["\u0000", { x: null }] };
    expect(wellFormed(whole)).toBe(whole);
  });
});
