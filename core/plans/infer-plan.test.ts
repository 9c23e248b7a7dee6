import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "#core/kernel/json.ts";
import { isRejection } from "#core/kernel/rejection.ts";
import { compilePlan } from "./compile-plan.ts";
import { type EventSample, inferPlan } from "./infer-plan.ts";
import { inferSchema } from "./infer-schema.ts";
import { readTrackingPlan } from "./read-tracking-plan.ts";

const text = fc.constantFrom(
  "a",
  "b",
  "EUR",
  "ana@x.example",
  "not@",
  "2026-11-02",
  "2026-11-02T10:00:00Z",
  "2026-13-40",
  "https://x.example/a",
  "http:// x",
  "é",
  "",
);
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    text,
    fc.constantFrom<Json>(null, true, 0, 1, 1.5, 1e300),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("x", "y", "toString", "a/b"), tie("value"), { maxKeys: 3 }),
  ),
}));
const properties = fc.dictionary(fc.constantFrom("id", "total", "products", "constructor"), value, { maxKeys: 4 });
const sample: fc.Arbitrary<EventSample> = fc
  .record({
    type: fc.constantFrom("track", "identify", "page", "alias"),
    name: fc.constantFrom("A", "B"),
    properties,
    traits: properties,
  })
  .map((one) => (one.type === "track" ? one : { ...one, name: one.type }));

describe("an inferred plan", () => {
  it("takes every event it was made from, and knows all of their names", () => {
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 30 }), (samples) => {
        const inferred = inferPlan("Draft", samples);
        fc.pre(inferred !== undefined);
        const plan = readTrackingPlan(inferred);
        if (isRejection(plan)) throw new Error(plan.message);
        const check = compilePlan(plan);
        for (const one of samples) {
          const verdict = check({ ...one, type: one.type as "track", context: {} });
          expect([one, verdict]).toEqual([one, { status: "planned", problems: [] }]);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("does not depend on the order in which they came", () => {
    const shuffled = fc
      .array(sample, { maxLength: 12 })
      .chain((samples) => fc.tuple(fc.constant(samples), fc.shuffledSubarray(samples, { minLength: samples.length })));
    fc.assert(
      fc.property(shuffled, ([samples, others]) => {
        expect(JSON.stringify(inferPlan("Draft", others))).toBe(JSON.stringify(inferPlan("Draft", samples)));
      }),
      { numRuns: 200 },
    );
  });

  it("is nothing where there is nothing", () => {
    expect(inferPlan("Draft", [])).toBeUndefined();
    expect(inferPlan("Draft", [{ type: "alias", name: "alias", properties: {}, traits: {} }])).toBeUndefined();
  });
});

describe("an inferred schema", () => {
  const orders = Array.from(
    { length: 40 },
    (_, nth): JsonObject => ({
      order_id: `o${nth}`,
      total: nth % 3 === 0 ? nth : nth + 0.5,
      items: nth,
      currency: nth % 2 === 0 ? "EUR" : "USD",
      email: "ana@x.example",
      at: "2026-11-02T10:00:00Z",
      page: "https://shop.example/thanks",
      coupon: nth % 4 === 0 ? "MAY" : null,
      products: [
        { sku: "a", price: 3 },
        { sku: "b", price: 4, gift: true },
      ],
      ...(nth % 2 === 0 ? { note: `note ${nth}` } : {}),
    }),
  );

  it("says types, what is always there, few values that recur, and formats", () => {
    const { properties: inferred, required } = inferSchema(orders) as { properties: JsonObject; required: Json };
    expect(required).toEqual(["at", "coupon", "currency", "email", "items", "order_id", "page", "products", "total"]);
    expect(inferred).toMatchObject({
      order_id: { type: "string" },
      total: { type: "number" },
      items: { type: "integer" },
      currency: { type: "string", enum: ["EUR", "USD"] },
      email: { type: "string", format: "email" },
      at: { type: "string", format: "date-time" },
      page: { type: "string", format: "uri" },
      coupon: { type: ["string", "null"] },
      note: { type: "string" },
      products: {
        type: "array",
        items: {
          type: "object",
          required: ["price", "sku"],
          properties: { price: { type: "integer" }, gift: { type: "boolean" } },
        },
      },
    });
    // An address that recurs is still an address: a plan lists nobody's.
    expect(JSON.stringify(inferred)).not.toContain("ana@x.example");
  });

  it("takes an object of very many names for a map", () => {
    const map = Object.fromEntries(Array.from({ length: 101 }, (_, nth) => [`k${nth}`, nth]));
    expect(inferSchema([{ map }])).toMatchObject({ properties: { map: { type: "object" } } });
    expect(JSON.stringify(inferSchema([{ map }]))).not.toContain("k1");
  });
});
