import type { EpochMs } from "#core/kernel/time.ts";
import type { Measure } from "#core/segments/condition.ts";
import { MICROS_LIMIT, toMicros } from "#core/segments/micros.ts";
import type { SqlDialect } from "./dialect.ts";
import { doubleLiteral, wholeLiteral } from "./literal.ts";
import { comparisonSql, surely, timeTestSql } from "./test-sql.ts";

/** A measure as SQL: columns to be aggregated per person over the events that pass `filter`, and a test on them. */
export interface MeasureSql {
  readonly columns: readonly { readonly name: string; readonly sql: string }[];
  /** Never NULL, also where the person has no events at all and every column is. */
  readonly condition: string;
}

/** `value` gives the JSON expression of an event's property. */
export function measureSql(
  measure: Measure,
  at: { readonly name: string; readonly filter: string; readonly now: EpochMs },
  value: (path: string) => string,
  dialect: SqlDialect,
): MeasureSql {
  const { name } = at;
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
        columns: [aggregate(`count(DISTINCT ${scalarKey(value(measure.of), dialect)})`)],
        condition: comparisonSql(measure.test, `coalesce(${name}, 0)`, doubleLiteral),
      };
    case "sum": {
      const condition = comparisonSql(measure.test, `coalesce(${name}, 0)`, wholeMicros);
      return { columns: [aggregate(`sum(${microsOf(value(measure.of), dialect)})`)], condition };
    }
    case "avg": {
      const amount = microsOf(value(measure.of), dialect);
      return {
        columns: [aggregate(`sum(${amount})`), aggregate(`count(${amount})`, "_count")],
        condition: surely(comparisonSql(measure.test, name, (operand) => `${wholeMicros(operand)} * ${name}_count`)),
      };
    }
    case "min":
    case "max":
      return {
        columns: [aggregate(`${measure.kind}(${dialect.number(value(measure.of))})`)],
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

const wholeMicros = (operand: number): string => wholeLiteral(toMicros(operand));

/** Whole millionths, as `core/segments/micros.ts` counts them. */
function microsOf(json: string, dialect: SqlDialect): string {
  const number = dialect.number(json);
  const limit = doubleLiteral(MICROS_LIMIT);
  return `CASE WHEN abs(${number}) < ${limit} THEN CAST(round(${number} * 1e6) AS DECIMAL(38, 0)) END`;
}

/** Text, numbers and booleans as text in which no two different ones are equal. */
function scalarKey(json: string, dialect: SqlDialect): string {
  const asText = (sql: string): string => `CAST(${sql} AS VARCHAR)`;
  return `coalesce('"' || ${dialect.text(json)}, ${asText(dialect.number(json))}, ${asText(dialect.boolean(json))})`;
}
