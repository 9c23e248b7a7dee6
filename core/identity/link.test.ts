import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assertLink, joinLinks, type Link } from "./link.ts";

const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const sighting: fc.Arbitrary<Link> = fc
  .record({
    at: fc.record({ at: fc.integer({ min: 1, max: 3 }), by: fc.constantFrom("x", "y") }),
    reason: optional(fc.constantFrom("a typo", "")),
    act: optional(fc.constantFrom("merge" as const, "split" as const)),
  })
  .map(({ at, reason, act }) =>
    assertLink({
      between: [
        { type: "user_id", value: "u1" },
        { type: "email", value: "ana@example.org" },
      ],
      class: "human",
      verdict: "same",
      source: "chloe",
      trust: "server",
      at,
      ...(reason === undefined ? {} : { reason }),
      ...(act === undefined ? {} : { act }),
    }),
  );

describe("sightings of one link", () => {
  it("join in any order, however often, whoever gave no reason or an empty one", () => {
    fc.assert(
      fc.property(sighting, sighting, sighting, (x, y, z) => {
        expect(joinLinks(x, y)).toEqual(joinLinks(y, x));
        expect(joinLinks(joinLinks(x, y), z)).toEqual(joinLinks(x, joinLinks(y, z)));
        expect(joinLinks(x, x)).toBe(x);
      }),
    );
  });
});
