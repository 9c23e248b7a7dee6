import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joinRetractions, type Retraction, unknownRetraction } from "./retraction.ts";

const few = fc.constantFrom("chloe", "ben", "");
const retraction: fc.Arbitrary<Retraction> = fc.oneof(
  fc.constant(unknownRetraction),
  fc
    .record(
      {
        first: fc.record({ at: fc.integer({ min: 1, max: 3 }), by: fc.constantFrom("x", "y") }),
        who: few,
        reason: few,
        act: fc.constantFrom("merge" as const, "split" as const),
      },
      { requiredKeys: ["first", "who"] },
    )
    .map((told) => told as Retraction),
);

describe("two retractions of one link", () => {
  it("join in any order, however often", () => {
    fc.assert(
      fc.property(retraction, retraction, retraction, (x, y, z) => {
        expect(joinRetractions(x, y)).toEqual(joinRetractions(y, x));
        expect(joinRetractions(joinRetractions(x, y), z)).toEqual(joinRetractions(x, joinRetractions(y, z)));
        expect(joinRetractions(x, x)).toBe(x);
      }),
    );
  });

  it("join in any order where one gave an empty reason and the other none", () => {
    const none: Retraction = { first: { at: 1, by: "x" }, who: "ben", act: "merge" };
    const empty: Retraction = { ...none, reason: "" };
    expect(joinRetractions(none, empty)).toEqual(joinRetractions(empty, none));
  });

  it("leave the first of them standing, and any that is known above one that is not", () => {
    const first: Retraction = { first: { at: 1, by: "x" }, who: "chloe", reason: "a typo" };
    const later: Retraction = { first: { at: 2, by: "a" }, who: "ben" };
    expect(joinRetractions(later, first)).toBe(first);
    expect(joinRetractions(unknownRetraction, later)).toBe(later);
    expect(joinRetractions(later, unknownRetraction)).toBe(later);
  });
});
