import type { EpochMs } from "#core/kernel/time.ts";
import { globPieces } from "#core/segments/glob.ts";
import { timeBounds } from "#core/segments/passes.ts";
import type { NamedTest, NumberTest, TimeTest } from "#core/segments/value-test.ts";
import type { SqlDialect } from "./dialect.ts";
import { doubleLiteral, textLiteral, timestampLiteral } from "./literal.ts";

type Scalar = string | number | boolean;

/** True or false, also where the expression is NULL: so `NOT` means the same as in memory. */
export const surely = (expression: string): string => `coalesce(${expression}, FALSE)`;

/** The test `core/segments/passes.ts` makes of a value, as an SQL condition on a JSON expression. Never NULL. */
export function testSql(test: NamedTest, json: string, now: EpochMs, dialect: SqlDialect): string {
  switch (test.kind) {
    case "exists":
      return surely(dialect.isValue(json));
    case "missing":
      return `NOT ${surely(dialect.isValue(json))}`;
    case "eq":
      return surely(`${typed(test.operand, json, dialect)} = ${literal(test.operand)}`);
    case "ne":
      return surely(`${typed(test.operand, json, dialect)} <> ${literal(test.operand)}`);
    case "in":
    case "notIn": {
      const items = test.operand.map(literal).join(", ");
      const word = test.kind === "in" ? "IN" : "NOT IN";
      return surely(`${typed(test.operand[0] as Scalar, json, dialect)} ${word} (${items})`);
    }
    case "gt":
    case "gte":
    case "lt":
    case "lte":
    case "between":
      return surely(comparisonSql(test, dialect.number(json), doubleLiteral));
    case "contains":
      return containsSql(test.operand, json, dialect);
    case "startsWith":
      return surely(dialect.startsWith(dialect.text(json), test.operand));
    case "endsWith":
      return surely(dialect.endsWith(dialect.text(json), test.operand));
    case "matches":
      return surely(`${dialect.text(json)} LIKE ${likePattern(test.operand)} ESCAPE '!'`);
    case "before":
    case "after":
    case "inLast":
    case "inNext":
      return timeTestSql(test, dialect.time(json), now);
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

/** The value is named twice: let it be a column. */
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

function typed(like: Scalar, json: string, dialect: SqlDialect): string {
  if (typeof like === "string") return dialect.text(json);
  return typeof like === "number" ? dialect.number(json) : dialect.boolean(json);
}

function containsSql(part: Scalar, json: string, dialect: SqlDialect): string {
  const equal = (item: string): string => surely(`${typed(part, item, dialect)} = ${literal(part)}`);
  const asItem = surely(dialect.anyItem(json, equal));
  if (typeof part !== "string") return asItem;
  return `(${surely(dialect.contains(dialect.text(json), part))} OR ${asItem})`;
}

function likePattern(glob: string): string {
  const pieces = globPieces(glob).map((piece) => {
    if (piece.kind === "text") return piece.text.replaceAll(/[!%_]/g, (special) => `!${special}`);
    return piece.kind === "run" ? "%" : "_";
  });
  return textLiteral(pieces.join(""));
}
