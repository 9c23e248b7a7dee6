import type { EpochMs } from "#core/kernel/time.ts";
import type { Measure } from "#core/segments/condition.ts";
import { MICROS_LIMIT, toMicros } from "#core/segments/micros.ts";
import type { JsonColumns, JsonValue } from "./columns.ts";
import { doubleLiteral, wholeLiteral } from "./literal.ts";
import { comparisonSql, surely, timeTestSql } from "./test-sql.ts";

/** A measure as SQL: columns to be aggregated per person over the events that pass `filter`, and a test on them. */
export interface MeasureSql {
  readonly columns: readonly { readonly name: string; readonly sql: string }[];
  /** Never NULL, also where the person has no events at all and every column is. */
  readonly condition: string;
}

/** Properties are read in columns of the events, before these are aggregated. */
export function measureSql(
  measure: Measure,
  at: { readonly name: string; readonly filter: string; readonly now: EpochMs },
  properties: JsonColumns,
): MeasureSql {
  const { name } = at;
  const value = (path: string): JsonValue => properties.value(path.split("."));
  const aggregate = (sql: string, suffix = ""): MeasureSql["columns"][number] => ({
    name: `${name}${suffix}`,
    sql: `${sql} FILTER (WHERE ${at.filter})`,
  });
  switch (measure.kind) {
    case "count":
      return {
        columns: [aggregate("count(*)")],
        condition: comparisonSql(measure.test, `coalesce(${name}, 0)`, doubleLiteral),
      };
    case "distinct":
      return {
        columns: [aggregate(`count(DISTINCT ${scalarKey(value(measure.of))})`)],
        condition: comparisonSql(measure.test, `coalesce(${name}, 0)`, doubleLiteral),
      };
    case "sum":
    case "avg":
      return totalSql(measure, name, microsSql(value(measure.of).number()), aggregate);
    case "min":
    case "max":
      return {
        columns: [aggregate(`${measure.kind}(${value(measure.of).number()})`)],
        condition: surely(comparisonSql(measure.test, name, doubleLiteral)),
      };
    case "first":
    case "last":
      return {
        columns: [aggregate(`${measure.kind === "first" ? "min" : "max"}(event_time)`)],
        condition: timeTestSql(measure.test, name, at.now),
      };
    default:
      return measure satisfies never;
  }
}

/** A sum over whole millionths; an average is compared as a sum with so many times its operand, so nothing is divided. */
function totalSql(
  measure: Pick<Extract<Measure, { readonly of: string }>, "kind" | "test">,
  name: string,
  amount: string,
  aggregate: (sql: string, suffix?: string) => MeasureSql["columns"][number],
): MeasureSql {
  const sum = aggregate(`sum(${amount})`);
  if (measure.kind === "sum") {
    return { columns: [sum], condition: comparisonSql(measure.test, `coalesce(${name}, 0)`, wholeMicros) };
  }
  const times = (operand: number): string => `${wholeMicros(operand)} * ${name}_count`;
  return {
    columns: [sum, aggregate(`count(${amount})`, "_count")],
    condition: surely(comparisonSql(measure.test, name, times)),
  };
}

const wholeMicros = (operand: number): string => wholeLiteral(toMicros(operand));

/** Whole millionths, as `core/segments/micros.ts` counts them: below the limit they fit 18 digits, their sums 38. */
export function microsSql(number: string): string {
  const limit = doubleLiteral(MICROS_LIMIT);
  return `CASE WHEN abs(${number}) < ${limit} THEN CAST(round(${number} * 1e6) AS DECIMAL(38, 0)) END`;
}

/** Text, numbers and booleans as text in which no two different ones are equal. */
function scalarKey(value: JsonValue): string {
  const asText = (sql: string): string => `CAST(${sql} AS VARCHAR)`;
  return `coalesce('"' || ${value.text()}, ${asText(value.number())}, ${asText(value.boolean())})`;
}
