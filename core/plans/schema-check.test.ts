import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isJsonObject, type Json, type JsonObject } from "#core/kernel/json.ts";
import { type JsonSchema, mapSubschemas } from "./json-schema.ts";
import { resolveSchema } from "./resolve-schema.ts";
import { type SchemaCheck, schemaCheck } from "./schema-check.ts";

const names = ["a", "b", "p/q", "~", "constructor", "pattern", "valueOf", "toString"] as const;
const name = fc.constantFrom(...names);
const leaf = fc.constantFrom<Json>(null, true, 0, 1, 1.5, -3, "", "a", "ab", "USD", "é");
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    leaf,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(name, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const object = fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: true });
const count = fc.integer({ min: 0, max: 3 });

/** Any schema of the keywords that are taken, also where they make little sense together: a few keywords, three deep. */
const { schema } = fc.letrec<{ schema: JsonObject }>((tie) => {
  const below = fc.oneof({ maxDepth: 3, depthIdentifier: "schema" }, fc.constant({}), tie("schema"));
  const some = fc.array(below, { minLength: 1, maxLength: 2 });
  const keyword = (keywords: readonly string[], value: fc.Arbitrary<unknown>) =>
    fc.tuple(fc.constantFrom(...keywords), value as fc.Arbitrary<Json>);
  const keywords = fc.oneof(
    { maxDepth: 3, depthIdentifier: "schema" },
    keyword(["type"], fc.constantFrom("string", "number", "integer", "boolean", "null", "object", "array")),
    keyword(["type"], fc.constantFrom(["string", "null"], ["number", "object", "array"])),
    keyword(["required"], fc.uniqueArray(name, { maxLength: 2 })),
    keyword(["additionalProperties"], fc.boolean()),
    keyword(["dependentRequired"], fc.constant({ a: ["b"] })),
    keyword(["minProperties", "maxProperties", "minItems", "maxItems", "minLength", "maxLength"], count),
    keyword(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"], count),
    keyword(["minContains", "maxContains"], count),
    keyword(["multipleOf"], fc.constantFrom(1, 0.5)),
    keyword(["enum"], fc.uniqueArray(leaf, { minLength: 1, maxLength: 3 })),
    keyword(["const"], leaf),
    keyword(["pattern"], fc.constantFrom("^[A-Z]{3}$", "a", "^(a|b)*$")),
    keyword(["properties"], fc.dictionary(name, below, { maxKeys: 3 })),
    keyword(["additionalProperties", "items", "contains", "not", "if", "then", "else", "propertyNames"], below),
    keyword(["prefixItems", "allOf", "anyOf", "oneOf"], some),
  );
  return { schema: fc.array(keywords, { maxLength: 4 }).map((all) => Object.fromEntries(all)) };
});

/** As the oracle is asked: beside `prefixItems` it takes an empty list for one that `contains` whatever is asked. */
const asked = (written: JsonSchema): JsonSchema => {
  if (!isJsonObject(written)) return written;
  const isOfContains = ([keyword]: readonly [string, unknown]): boolean => /contains$/i.test(keyword);
  const { true: contains = [], false: rest = [] } = Object.groupBy(
    Object.entries(mapSubschemas(written, asked)),
    (entry) => `${isOfContains(entry)}` as const,
  );
  const { allOf = [], ...others } = Object.fromEntries(rest);
  return { ...others, allOf: [...(allOf as Json[]), Object.fromEntries(contains)] };
};

/** What the library refuses to compile: schemas that ask for what cannot be. Those never become a plan. */
const CONTRADICTION = / at #/;

/** Compiled, or `undefined` where the schema contradicts itself. */
function compiled(written: JsonObject): SchemaCheck | undefined {
  const { schema: resolved, problems } = resolveSchema(written);
  expect(problems).toEqual([]);
  try {
    return schemaCheck(resolved);
  } catch (error) {
    expect((error as Error).message).toMatch(CONTRADICTION);
    return undefined;
  }
}

describe("a schema", () => {
  it("means here what another library says it means", () => {
    const oracle = new Ajv2020({ strict: false, validateFormats: false, ownProperties: true });
    let taken = 0;
    let left = 0;
    fc.assert(
      fc.property(schema, fc.array(object, { minLength: 3, maxLength: 6 }), (written, values) => {
        const check = compiled(written);
        fc.pre(check !== undefined);
        const validate = oracle.compile(asked(written) as JsonObject);
        for (const one of values) {
          const isTaken = check(one).length === 0;
          expect([one, isTaken]).toEqual([one, validate(one)]);
          if (isTaken) taken++;
          else left++;
        }
      }),
      { numRuns: 600 },
    );
    expect(Math.min(taken, left)).toBeGreaterThan(100);
  });

  it("means the same where anything at all stands in its place, and has a reason for what it leaves", () => {
    const oracle = new Ajv2020({ strict: false, validateFormats: false, ownProperties: true });
    fc.assert(
      fc.property(schema, fc.array(value, { minLength: 3, maxLength: 6 }), (below, values) => {
        const written = { properties: { a: below } };
        const check = compiled(written);
        fc.pre(check !== undefined);
        const validate = oracle.compile(asked(written) as JsonObject);
        for (const a of values) expect([a, check({ a }).length === 0]).toEqual([a, validate({ a })]);
      }),
      { numRuns: 600 },
    );
  });

  it.each<[JsonObject, readonly number[]]>([
    [{ minimum: 2, exclusiveMinimum: 0, maximum: 4, exclusiveMaximum: 9 }, [2, 3, 4]],
    [{ minimum: 0, exclusiveMinimum: 2, maximum: 9, exclusiveMaximum: 4 }, [3]],
    [{ minimum: 2, exclusiveMinimum: 2, maximum: 4, exclusiveMaximum: 4 }, [3]],
  ])("%j takes %j only: a bound does not undo another", (bounds, taken) => {
    const check = schemaCheck({ properties: { a: bounds } });
    expect([0, 1, 2, 3, 4, 5, 9].filter((a) => check({ a }).length === 0)).toEqual(taken);
  });

  it.each<[JsonObject, Json, string]>([
    [{ allOf: [{ type: "object" }, { required: ["id"] }] }, null, "object is expected"],
    [{ allOf: [{ type: "object" }, { properties: { id: { type: "string" } } }] }, "x", "object is expected"],
    [{ anyOf: [{ type: "array" }], oneOf: [{ minItems: 2 }] }, null, "array is expected"],
    [{ anyOf: [{ type: "integer" }], oneOf: [{ minimum: 0 }] }, { valueOf: 1, toString: 2 }, "integer is expected"],
  ])("%j leaves %j for not being of its type, and asks no more of it", (below, a, message) => {
    expect(schemaCheck({ properties: { a: below } })({ a })).toEqual([{ path: "a", message }]);
  });

  it.each<[JsonObject, JsonObject, string, string]>([
    [{ properties: { n: { type: "number" } } }, { n: "ana@x.example" }, "n", "number is expected"],
    [{ properties: { n: { type: ["number", "null"] } } }, { n: "x" }, "n", "number or null is expected"],
    [{ required: ["id"] }, {}, "id", "it is required"],
    [{ additionalProperties: false }, { "a/b": 1 }, "a/b", "not in the plan"],
    [{ properties: { c: { enum: ["EUR", "USD"] } } }, { c: "secret" }, "c", 'one of "EUR", "USD" is expected'],
    [{ properties: { c: { pattern: "^[A-Z]+$" } } }, { c: "secret" }, "c", "a text that matches ^[A-Z]+$ is expected"],
    [{ properties: { c: { format: "email" } } }, { c: "secret" }, "c", "a text of format email is expected"],
    [{ properties: { c: { format: "uri", pattern: "^h" } } }, { c: "h h" }, "c", "a text of format uri is expected"],
    [
      { properties: { l: { items: { type: "object", properties: { "p/q": { minimum: 3 } } } } } },
      { l: [{ "p/q": 1 }] },
      "l.0.p/q",
      "at least 3 is expected",
    ],
    [{ properties: { l: { prefixItems: [{ type: "number" }] } } }, { l: ["x"] }, "l.0", "number is expected"],
    [{ properties: { s: { maxLength: 2 } } }, { s: "abc" }, "s", "at most 2 characters are expected"],
    [{ allOf: [{ properties: { s: { const: 3 } } }] }, { s: "abc" }, "s", "3 is expected"],
  ])("%j tells of %j where and what was expected", (written, sent, path, message) => {
    expect(schemaCheck(resolveSchema(written).schema)(sent)).toContainEqual({ path, message });
  });

  it("never says a value, nor the whole of a long name", () => {
    const secret = "ana.secret@x.example";
    fc.assert(
      fc.property(
        schema,
        fc.dictionary(name, fc.constantFrom<Json>(secret, [secret], { a: secret })),
        (written, sent) => {
          const problems = compiled(written)?.(sent);
          expect(JSON.stringify(problems ?? [])).not.toContain("secret");
        },
      ),
    );
    const [problem] = schemaCheck({ additionalProperties: false })({ ["x".repeat(5_000)]: 1 });
    expect(problem?.path.length).toBeLessThan(110);
  });

  it.each(["2026-11-02", "not a date", "2026-11-02T10:00:00Z"])("%s has the format that it has", (text) => {
    const has = (format: string): boolean => schemaCheck({ properties: { t: { format } } })({ t: text }).length === 0;
    expect([has("date"), has("date-time")]).toEqual([text.length === 10 && !text.startsWith("n"), text.endsWith("Z")]);
  });

  it("is not kept busy by much that is wrong", () => {
    const choices = { anyOf: Array.from({ length: 300 }, (_, nth) => ({ const: nth })) };
    const check = schemaCheck({ properties: { list: { items: choices } } });
    const list = Array.from({ length: 15_000 }, () => "x");
    expect(check({ list })).toEqual([{ path: "", message: expect.stringContaining("too much of it") }]);
    expect(check({ list: ["x"] })).toContainEqual({ path: "list.0", message: "none of the forms that are taken" });
    const many = schemaCheck({ properties: { list: { items: { type: "number" } } } });
    expect(many({ list: list.slice(0, 1_000) })).toHaveLength(50);
  });
});
