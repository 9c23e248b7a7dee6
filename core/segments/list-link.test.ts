import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type IdentifierKey, identifierKey } from "#core/kernel/identifier.ts";
import { keysInPart, packedLink, partFor, partHolds } from "./list-link.ts";

const keyOf = (nth: number): IdentifierKey => identifierKey({ type: nth % 2 ? "email" : "user_id", value: `u${nth}` });
const link = { version: 7, base: 7, nth: 1, ends: true };

describe("a link of a list", () => {
  it("holds each of its identifiers, and no other, however many lie in a part", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(60), { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (nths, partKeys) => {
        const { link: made, parts } = packedLink(link, nths.map(keyOf), partKeys);
        expect(made.keys).toBe(new Set(nths).size);
        expect(made.firsts).toHaveLength(parts.length);
        for (let nth = 0; nth <= 60; nth++) {
          const part = partFor(made, keyOf(nth));
          const isHeld = part !== undefined && partHolds(parts[part] as string, keyOf(nth));
          expect(isHeld, `${nth}`).toBe(nths.includes(nth));
        }
        const read = parts.flatMap((part) => [...keysInPart(part, 0, 3), ...keysInPart(part, 3, 99)]);
        expect(read).toEqual([...new Set(nths.map(keyOf))].sort());
      }),
    );
  });

  it("of nobody has no part", () => {
    const { link: made, parts } = packedLink(link, []);
    expect([made.keys, made.firsts, parts]).toEqual([0, [], []]);
    expect(partFor(made, keyOf(1))).toBeUndefined();
    expect(keysInPart("", 0, 5)).toEqual([]);
  });
});
