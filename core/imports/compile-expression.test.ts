import fc from "fast-check";
import jsonata from "jsonata";
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "#core/kernel/json.ts";
import { compileExpression, GAVE_UP } from "./compile-expression.ts";

/** Generated expressions, as text: what can be compiled mixed with a little that cannot. */
const { expression } = fc.letrec<{ expression: string; leaf: string }>((tie) => ({
  leaf: fc.oneof(
    fc.constantFrom("a", "b", "c", "d.e", "$.a", "$$.b", "`odd name`", "missing", "$row", "null", "true", "false"),
    fc.constantFrom("''", "'x'", "'12.50'", "'-3'", "'0x1F'", "'1e3'", "' two  words '", "'\\u00e9\\ud83d\\ude00'"),
    fc.constantFrom("0", "1", "-2", "0.1", "0.2", "12345678901234567890", "1e-9"),
  ),
  expression: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    tie("leaf"),
    fc
      .tuple(
        tie("expression"),
        fc.constantFrom("&", "+", "-", "*", "/", "%", "=", "!=", "<", "<=", ">", ">=", "and", "or"),
        tie("expression"),
      )
      .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
    fc
      .tuple(
        fc.constantFrom("number", "string", "boolean", "not", "exists", "uppercase", "lowercase", "trim", "length"),
        tie("expression"),
      )
      .map(([name, a]) => `$${name}(${a})`),
    fc
      .tuple(tie("expression"), fc.nat(4), fc.nat(4))
      .map(([a, from, length]) => `$substring(${a}, ${from}, ${length})`),
    fc.tuple(tie("expression"), fc.integer({ min: -2, max: 4 })).map(([a, from]) => `$substring(${a}, ${from})`),
    fc.tuple(tie("expression"), tie("expression"), tie("expression")).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    fc.tuple(tie("expression"), tie("expression")).map(([a, b]) => `(${a} ?: ${b})`),
    fc.tuple(tie("expression"), tie("expression")).map(([a, b]) => `(${a} ?? ${b})`),
    fc.tuple(tie("expression"), tie("expression"), tie("expression")).map(([a, b, c]) => `(${a} in [${b}, ${c}])`),
    tie("expression").map((a) => `-(${a})`),
    fc.tuple(tie("expression"), tie("expression")).map(([a, b]) => `{"n" & ${a}: ${b}, "m": a}`),
    tie("leaf").map((a) => `${a}[0]`),
  ),
}));

const value: fc.Arbitrary<Json> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<Json>("", "x", "00012", "12.50", "abc", "é😀", "true", " a  b ") },
  { weight: 3, arbitrary: fc.constantFrom<Json>(0, 1, -7, 0.1, 1e21, true, false, null) },
  { weight: 1, arbitrary: fc.constantFrom<Json>([], ["x"], [1, "x"], {}, { e: "deep" }, [{ e: 1 }], { e: ["y"] }) },
);
const row: fc.Arbitrary<JsonObject> = fc.dictionary(fc.constantFrom("a", "b", "c", "d", "odd name"), value, {
  maxKeys: 5,
});

/** What JSONata itself says: its answer as JSON, or that it refuses. */
async function asked(text: string, of: JsonObject): Promise<{ readonly answer: unknown } | "refused"> {
  try {
    return { answer: await jsonata(text).evaluate(of, { row: 7 }) };
  } catch (error) {
    expect(error).toHaveProperty("code");
    return "refused";
  }
}

describe("a compiled expression", () => {
  it("answers what JSONata answers, or gives up", async () => {
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(expression, row, async (text, of) => {
        const quick = compileExpression(jsonata(text).ast());
        const answer = quick === undefined ? GAVE_UP : quick(of, 7);
        if (answer === GAVE_UP) return;
        answered++;
        const expected = await asked(text, of);
        // Plain JSON on both sides: -0 is 0 there, and an object's prototype is nothing.
        const plain = (given: unknown): string => JSON.stringify({ given });
        expect(expected === "refused" ? expected : plain(expected.answer)).toBe(plain(answer));
      }),
      { numRuns: 4_000 },
    );
    // A compiler that always gave up would be right too.
    expect(answered).toBeGreaterThan(500);
  });

  it.each([
    ["customer_id", "00012"],
    ["`odd name`", "o"],
    ["$number(amount)", 11.77],
    ["'id-' & customer_id & '-' & $row", "id-00012-7"],
    ["$number(amount) * 100 - 77", 1100],
    ["amount = '11.77' ? 'same' : 'other'", "same"],
    ["$exists(nothing) and true", false],
    ["nothing ?? 'instead'", "instead"],
    ["customer_id in ['1', '00012']", true],
    ["$substring($trim(padded), 0, 2)", "ab"],
    ["$lowercase($uppercase(padded))", " abc "],
    ["(0.1 + 0.2) & ''", "0.3"],
    ["nothing", undefined],
    ['{"campaign_" & customer_id: true}', { campaign_00012: true }],
  ])("compiles %s", (text, expected) => {
    const columns = { customer_id: "00012", amount: "11.77", padded: " abc ", "odd name": "o" };
    expect(compileExpression(jsonata(text).ast())?.(columns, 7)).toEqual(expected);
  });

  it.each(["$sum(items.price)", "a[b = 1]", "a.*", "$map(a, function($x) { $x })", "a ~> $number()", "($x := a; $x)"])(
    "leaves %s to JSONata",
    (text) => {
      expect(compileExpression(jsonata(text).ast())).toBeUndefined();
    },
  );

  it.each(["$number('no number')", "'a' + 1", "1 / 0", "a.b", "1 < 'x'"])(
    "gives up on what %s would refuse",
    (text) => {
      expect(compileExpression(jsonata(text).ast())?.({ a: [{ b: 1 }] }, 1)).toBe(GAVE_UP);
    },
  );
});
