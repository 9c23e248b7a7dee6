import { describe, expect, it } from "vitest";
import type { Json } from "#core/kernel/json.ts";
import { readTrackingPlan } from "./read-tracking-plan.ts";
import { resolveSchema } from "./resolve-schema.ts";

const planOf = (schema: Json, more: object = {}) =>
  readTrackingPlan({ name: "Shop", events: [{ name: "Order Completed", schema }], ...more });

const deep = (levels: number): Json => (levels === 0 ? {} : { properties: { x: deep(levels - 1) } });

describe("a tracking plan", () => {
  it("is read with what is left out put in", () => {
    expect(planOf({ type: "object" })).toEqual({
      name: "Shop",
      unplannedEvents: "report",
      events: [{ type: "track", name: "Order Completed", version: 1, schema: { type: "object" } }],
    });
    const identify = { type: "identify", schema: {} };
    expect(readTrackingPlan({ name: "Shop", events: [identify] })).toMatchObject({ events: [{ name: "identify" }] });
  });

  it.each<[unknown, RegExp]>([
    ["text", /expected (record|object)/],
    [{ name: "Shop", events: [] }, /events: .*>=1/],
    [{ name: "Shop", events: [{ name: "A", schema: {}, shcema: {} }] }, /events\.0: .*shcema/],
    [
      {
        name: "Shop",
        events: [
          { name: "A", schema: {} },
          { name: "A", schema: {} },
        ],
      },
      /events\.1: version 1 of A stands here twice/,
    ],
    [
      { name: "Shop", events: [{ type: "identify", name: "Signed Up", schema: {} }] },
      /events\.0\.name: .*leave it out/,
    ],
  ])("%j is refused as no definition", (sent, message) => {
    expect(readTrackingPlan(sent)).toMatchObject({
      code: "tracking_plan.bad_definition",
      message: expect.stringMatching(message),
    });
  });

  it.each<[Json, RegExp]>([
    [{ propertes: {} }, /schema\.propertes: no such keyword is known here; is it misspelt\?/],
    [{ properties: { a: { type: "text" } } }, /schema\.properties\.a\.type: one or several of string,/],
    [{ patternProperties: { "^a": {} } }, /patternProperties: not taken: properties are named one by one/],
    [{ properties: { a: { $ref: "https://x.example/a.json" } } }, /\$ref: only local references/],
    [{ properties: { a: { $ref: "#/$defs/nothing" } } }, /there is no definition of this name: nothing/],
    [{ $defs: { a: { items: { $ref: "#/$defs/a" } } }, $ref: "#/$defs/a" }, /a refers to itself/],
    [{ properties: { a: { pattern: "(a+)\\1" } } }, /pattern: \\1 is not taken/],
    [{ properties: { a: { pattern: "(" } } }, /pattern: Invalid regular expression/],
    [{ properties: { a: { format: "colour" } } }, /format: one of date-time/],
    [{ properties: { a: { uniqueItems: true } } }, /uniqueItems: say maxItems too/],
    [{ properties: { a: { enum: [] } } }, /enum: a list of 1 to 1000 values/],
    [{ properties: { a: { items: [{}] } } }, /items: one schema is expected; for a schema each, say prefixItems/],
    [{ properties: { a: { minLength: -1 } } }, /minLength: a whole number/],
    [{ required: "a" }, /required: a list of names/],
    [{ $schema: "http://json-schema.org/draft-03/schema#" }, /\$schema: draft 2020-12 or draft-07/],
    [deep(20), /schemas nest at most 16 deep/],
    [{ allOf: Array.from({ length: 4_100 }, () => ({})) }, /at most 4000 parts/],
  ])("the schema %j is refused, with the place and the reason", (schema, message) => {
    expect(planOf(schema)).toMatchObject({ code: "tracking_plan.bad_schema", message: expect.stringMatching(message) });
  });

  it("does not grow without bound by references to references", () => {
    const bomb = Object.fromEntries(
      Array.from({ length: 12 }, (_, nth) => [
        `d${nth}`,
        nth === 11 ? {} : { allOf: Array.from({ length: 10 }, () => ({ $ref: `#/$defs/d${nth + 1}` })) },
      ]),
    );
    expect(planOf({ $ref: "#/$defs/d0" }, { definitions: bomb })).toMatchObject({ code: "tracking_plan.bad_schema" });
  });

  it("shares definitions between its events, and says of them once what is wrong", () => {
    const shared = { definitions: { product: { properties: { price: { type: "money" } } } } };
    expect(
      planOf({ properties: { a: { $ref: "#/$defs/product" }, b: { $ref: "#/$defs/product" } } }, shared),
    ).toMatchObject({
      message: expect.stringMatching(
        /^definitions\.product\.properties\.price\.type: one or several of [a-z, ]+ are expected$/,
      ),
    });
  });

  it("keeps what stands beside a reference", () => {
    const $defs = { text: { type: "string" } };
    expect(resolveSchema({ $defs, $ref: "#/$defs/text", maxLength: 3 }).schema).toEqual({
      maxLength: 3,
      allOf: [{ type: "string" }],
    });
    expect(resolveSchema({ definitions: $defs, $ref: "#/definitions/text", description: "a" }).schema).toEqual({
      type: "string",
      description: "a",
    });
  });
});
