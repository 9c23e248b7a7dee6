import type { EpochMs } from "#core/kernel/time.ts";
import { globPieces } from "#core/segments/glob.ts";
import { timeBounds } from "#core/segments/passes.ts";
import type { NamedTest, NumberTest, TimeTest } from "#core/segments/value-test.ts";
import type { JsonValue } from "./columns.ts";
import type { SqlDialect } from "./dialect.ts";
import { doubleLiteral, textLiteral, timestampLiteral } from "./literal.ts";

type Scalar = string | number | boolean;

/** True or false, also where the expression is NULL: so `NOT` means the same as in memory. */
export const surely = (expression: string): string => `coalesce(${expression}, FALSE)`;

/** The test `core/segments/passes.ts` makes of a value, as an SQL condition. Never NULL. */
export function testSql(test: NamedTest, value: JsonValue, now: EpochMs, dialect: SqlDialect): string {
  switch (test.kind) {
    case "exists":
      return surely(value.isValue());
    case "missing":
      return `NOT ${surely(value.isValue())}`;
    case "eq":
      return surely(equalSql(test.operand, value));
    case "ne":
      return surely(`${typed(test.operand, value)} <> ${literal(test.operand)}`);
    case "in":
      return surely(
        (areTexts(test.operand) ? value.isOneOf(test.operand) : undefined) ?? amongSql("IN", test.operand, value),
      );
    case "notIn":
      return surely(amongSql("NOT IN", test.operand, value));
    case "gt":
    case "gte":
    case "lt":
    case "lte":
    case "between":
      return surely(comparisonSql(test, value.number(), doubleLiteral));
    case "contains":
      return containsSql(test.operand, value, dialect);
    case "startsWith":
      return surely(dialect.startsWith(value.text(), test.operand));
    case "endsWith":
      return surely(dialect.endsWith(value.text(), test.operand));
    case "matches":
      return surely(`${value.text()} LIKE ${likePattern(test.operand)} ESCAPE '!'`);
    case "before":
    case "after":
    case "inLast":
    case "inNext":
      return timeTestSql(test, value.time(), now);
    default:
      return test satisfies never;
  }
}

const SIGNS = { eq: "=", ne: "<>", gt: ">", gte: ">=", lt: "<", lte: "<=" } as const;

/** A comparison with a number, or with two; the caller says how numbers are written. */
export function comparisonSql(test: NumberTest, value: string, write: (operand: number) => string): string {
  if (test.kind !== "between") return `${value} ${SIGNS[test.kind]} ${write(test.operand)}`;
  return `${value} BETWEEN ${write(test.operand[0])} AND ${write(test.operand[1])}`;
}

export function timeTestSql(test: TimeTest, timestamp: string, now: EpochMs): string {
  const { from, to } = timeBounds(test, now);
  const sides = [
    ...(from === undefined ? [] : [`${timestamp} >= ${timestampLiteral(from)}`]),
    ...(to === undefined ? [] : [`${timestamp} < ${timestampLiteral(to)}`]),
  ];
  return surely(sides.join(" AND "));
}

function literal(value: Scalar): string {
  if (typeof value === "string") return textLiteral(value);
  return typeof value === "number" ? doubleLiteral(value) : String(value).toUpperCase();
}

function typed(like: Scalar, value: JsonValue): string {
  if (typeof like === "string") return value.text();
  return typeof like === "number" ? value.number() : value.boolean();
}

const amongSql = (word: "IN" | "NOT IN", items: readonly Scalar[], value: JsonValue): string =>
  `${typed(items[0] as Scalar, value)} ${word} (${items.map(literal).join(", ")})`;

const areTexts = (items: readonly Scalar[]): items is readonly string[] => typeof items[0] === "string";

const equalSql = (operand: Scalar, value: JsonValue): string =>
  (typeof operand === "string" ? value.isOneOf([operand]) : undefined) ??
  `${typed(operand, value)} = ${literal(operand)}`;

function containsSql(part: Scalar, value: JsonValue, dialect: SqlDialect): string {
  const equal = (item: JsonValue): string => surely(equalSql(part, item));
  const asItem = surely(value.anyItem(equal));
  if (typeof part !== "string") return asItem;
  return `(${surely(dialect.contains(value.text(), part))} OR ${asItem})`;
}

function likePattern(glob: string): string {
  const pieces = globPieces(glob).map((piece) => {
    if (piece.kind === "text") return piece.text.replaceAll(/[!%_]/g, (special) => `!${special}`);
    return piece.kind === "run" ? "%" : "_";
  });
  return textLiteral(pieces.join(""));
}
