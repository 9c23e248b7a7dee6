import * as z from "zod";
import { Duration } from "./duration.ts";
import { DateOperand } from "./window.ts";

/** What every engine can quote and compare: Unicode without half a character and without NUL. */
export const Text = z
  .string()
  .min(1)
  .max(1_000)
  .refine((text) => text.isWellFormed() && !text.includes("\0"), "text without NUL and without lone surrogates");

const Num = z.number().min(-1e15).max(1e15);
const Scalar = z.union([Text, Num, z.boolean()], { error: "text, a number, true or false is wanted" });
const ScalarList = z.union([z.array(Text).min(1).max(1_000), z.array(Num).min(1).max(1_000)], {
  error: "a list of up to 1000 texts, or of up to 1000 numbers, is wanted",
});
const Between = z.tuple([Num, Num]).refine(([low, high]) => low <= high, "the lower bound comes first");
const True = z.literal(true);

/**
 * Every test there is, by name, with what it compares to. All but `missing` need a value, and one of a fitting type: a
 * value that is absent, `null` or of another type matches none of them, `ne` and `notIn` included (`not` around `eq`
 * says "anything else, or nothing at all").
 *
 * | test | a value matches if it is | and |
 * | --- | --- | --- |
 * | `eq` `ne` | of the operand's type (text, number, true or false) | it is, is not, the same (text by code point: case counts) |
 * | `in` `notIn` | of the type of the operand's items | it is, is not, one of them |
 * | `gt` `gte` `lt` `lte` | a number | it compares so, as doubles |
 * | `between` | a number | both bounds included |
 * | `contains` | text (operand text), or a list | the text is in it; one of the items equals the operand |
 * | `startsWith` `endsWith` | text | it does |
 * | `matches` | text | the whole of it fits the pattern: `*` any run, `?` any one character |
 * | `exists` `missing` | anything but `null`; absent or `null` | |
 * | `before` `after` | a date text (`date-text.ts`) | strictly |
 * | `inLast` `inNext` | a date text | `now − d < t ≤ now`; `now < t ≤ now + d` |
 */
const OPERANDS = {
  eq: Scalar,
  ne: Scalar,
  in: ScalarList,
  notIn: ScalarList,
  gt: Num,
  gte: Num,
  lt: Num,
  lte: Num,
  between: Between,
  contains: Scalar,
  startsWith: Text,
  endsWith: Text,
  matches: Text,
  exists: True,
  missing: True,
  before: DateOperand,
  after: DateOperand,
  inLast: Duration,
  inNext: Duration,
} as const;

export type TestKind = keyof typeof OPERANDS;
type Operands = { readonly [Kind in TestKind]: z.infer<(typeof OPERANDS)[Kind]> };

/** A test as it is written: one member, named for the test. */
export type Test<Kind extends TestKind = TestKind> = {
  [K in Kind]: { readonly [Name in K]: Operands[K] };
}[Kind];

/** A test as code wants it: a union by `kind`. */
export type NamedTest<Kind extends TestKind = TestKind> = {
  [K in Kind]: { readonly kind: K; readonly operand: Operands[K] };
}[Kind];

export const NUMBER_TESTS = ["eq", "ne", "gt", "gte", "lt", "lte", "between"] as const satisfies readonly TestKind[];
export const TIME_TESTS = ["before", "after", "inLast", "inNext"] as const satisfies readonly TestKind[];
export const TEST_KINDS = Object.keys(OPERANDS) as readonly TestKind[];

/** On a number: a count, a sum. */
export type NumberTest = Exclude<NamedTest<(typeof NUMBER_TESTS)[number]>, { kind: "eq" | "ne" }> | NumberEquality;
interface NumberEquality {
  readonly kind: "eq" | "ne";
  readonly operand: number;
}
/** On an instant. */
export type TimeTest = NamedTest<(typeof TIME_TESTS)[number]>;

/** The one test that a validated object carries. */
export function testIn(node: object): NamedTest {
  const kind = TEST_KINDS.find((name) => Object.hasOwn(node, name));
  if (kind === undefined) throw new Error("the condition was not validated: it has no test");
  return { kind, operand: (node as Record<TestKind, unknown>)[kind] } as NamedTest;
}

type Members<Shape extends Readonly<Record<string, z.ZodType>>> = {
  readonly [Name in keyof Shape]: z.infer<Shape[Name]>;
};

/** The schema of an object with these members and exactly one of these tests. */
export function withTest<Shape extends Readonly<Record<string, z.ZodType>>, Kind extends TestKind>(
  shape: Shape,
  kinds: readonly Kind[],
  operands: Readonly<Partial<Record<TestKind, z.ZodType>>> = {},
): z.ZodType<Members<Shape> & Test<Kind>> {
  const members = Object.keys(shape).length;
  const tests = Object.fromEntries(kinds.map((kind) => [kind, (operands[kind] ?? OPERANDS[kind]).optional()]));
  return z
    .strictObject({ ...shape, ...tests })
    .refine((node) => kinds.filter((kind) => Object.hasOwn(node, kind)).length === 1, {
      message: `exactly one test is wanted: ${kinds.join(", ")}`,
    })
    .meta({ minProperties: members + 1, maxProperties: members + 1 }) as unknown as z.ZodType<
    Members<Shape> & Test<Kind>
  >;
}
