import type { EpochMs } from "#core/kernel/time.ts";
import type { EventFilter } from "#core/segments/condition.ts";
import { eventNamesIn } from "#core/segments/measure.ts";
import { testIn } from "#core/segments/value-test.ts";
import { receivedFrom, type WindowBounds } from "#core/segments/window.ts";
import { type JsonColumns, jsonColumns } from "./columns.ts";
import type { SqlDialect } from "./dialect.ts";
import { textLiteral, timestampLiteral } from "./literal.ts";
import { testSql } from "./test-sql.ts";

/** What a segment's statement comes to read, gathered while its condition is written. */
export interface Plan {
  readonly now: EpochMs;
  readonly dialect: SqlDialect;
  readonly traits: JsonColumns;
  readonly consent: JsonColumns;
  readonly computed: JsonColumns;
  readonly properties: JsonColumns;
  /** List id → the column that says whether somebody is on it. */
  readonly lists: Map<string, string>;
  /** Which events are asked for, one entry for each filter. */
  readonly scans: Scan[];
  /** Columns over windows of a person's events; those of a level may use those of the levels before it. */
  readonly levels: string[][];
  /** Columns aggregated per person. */
  readonly measures: string[];
}

export interface Scan {
  readonly names: readonly string[];
  readonly bounds: WindowBounds;
}

/** A plan that asks for nothing yet. */
export const emptyPlan = (now: EpochMs, dialect: SqlDialect): Plan => ({
  now,
  dialect,
  traits: jsonColumns("traits", "trait", dialect),
  consent: jsonColumns("consent", "consent", dialect),
  computed: jsonColumns("computed", "computed", dialect),
  properties: jsonColumns("properties", "property", dialect),
  lists: new Map(),
  scans: [],
  levels: [],
  measures: [],
});

/** Which of a person's events a filter means, as a condition on the columns of `happened`; never NULL. */
export function filterSql(filter: EventFilter, bounds: WindowBounds, plan: Plan): string {
  const names = eventNamesIn(filter);
  plan.scans.push({ names, bounds });
  const tests = (filter.where ?? []).map((node) =>
    testSql(testIn(node), plan.properties.value(node.property.split(".")), plan.now, plan.dialect),
  );
  return [scanSql({ names, bounds }), ...tests].join(" AND ");
}

export function scanSql({ names, bounds }: Scan): string {
  const { from, to } = bounds;
  const day = receivedFrom(bounds);
  return [
    `event IN (${names.map(textLiteral).join(", ")})`,
    ...(day === undefined ? [] : [`dt >= ${textLiteral(day)}`]),
    ...(from === undefined ? [] : [`event_time >= ${timestampLiteral(from)}`]),
    `event_time < ${timestampLiteral(to)}`,
  ].join(" AND ");
}

export const listed = (items: readonly string[], indent: number): string => items.join(`,\n${" ".repeat(indent)}`);
