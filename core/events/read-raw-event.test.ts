import fc from "fast-check";
import { expect, it } from "vitest";
import type { JsonObject } from "#core/kernel/json.ts";
import { RawEvent } from "./raw-event.ts";
import { readRawEvent } from "./read-raw-event.ts";

const value = fc.oneof(
  fc.constantFrom(null, "", "u1", 0, -0, 1.5, 1e21, Number.POSITIVE_INFINITY, true, [], {}, { a: { b: null } }),
  fc.jsonValue(),
);
const FIELDS = Object.keys(RawEvent.shape).filter((name) => name !== "type");
const sent = fc.dictionary(fc.constantFrom(...FIELDS, "integrations", "__proto__"), value) as fc.Arbitrary<JsonObject>;

it("reads what the schema reads, and refuses where the schema refuses", () => {
  fc.assert(
    fc.property(sent, (event) => {
      const read = readRawEvent(event, "track");
      const schema = RawEvent.safeParse({ ...event, type: "track" });
      if (Array.isArray(read)) {
        const places = schema.error?.issues.map(({ path }) => path.join("."));
        expect(read.map(({ path }) => path)).toEqual(places);
      } else {
        // Text of the two is alike to the order of members: message ids are made of it.
        expect(JSON.stringify(read)).toBe(JSON.stringify(schema.data));
        expect(read).toEqual(schema.data);
      }
    }),
    { numRuns: 2_000 },
  );
});
