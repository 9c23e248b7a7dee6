import type { SequenceCondition } from "#core/segments/condition.ts";
import { type Gap, gapOf } from "#core/segments/sequence-passes.ts";
import { windowBounds } from "#core/segments/window.ts";
import { intervalLiteral } from "./literal.ts";
import { filterSql, type Plan } from "./plan.ts";

/**
 * A sequence as SQL: what `core/segments/sequence-passes.ts` does, with a frame of time in place of its candidates. For
 * each event that a step means, the column of the step holds the latest start of all chains that end there, NULL where
 * there are none: the greatest of the column before it, within the gap. Frames of time take events of one instant
 * together, so nothing depends on the order the engine happens to read them in. Never NULL.
 */
export function sequenceSql(condition: SequenceCondition, plan: Plan): string {
  const bounds = windowBounds(condition.within, plan.now);
  const name = `sequence_${plan.measures.length + 1}`;
  const steps = condition.sequence.map((step) => ({ filter: filterSql(step, bounds, plan), gap: gapOf(step) }));
  const [first, ...others] = steps as [(typeof steps)[number], ...typeof steps];
  let start = `CASE WHEN ${first.filter} THEN event_time END`;
  const free = condition.without === undefined && others.at(-1)?.gap.most === undefined;
  for (const [at, { filter, gap }] of (free ? others.slice(0, -1) : others).entries()) {
    const column = `${name}_step_${at + 2}`;
    addAt(plan, at, `CASE WHEN ${filter} THEN ${latestSql(start, frameSql(gap))} END AS ${column}`);
    start = column;
  }
  const last = others.at(-1) as (typeof steps)[number];
  if (free) {
    // The last step may come at any time after: the chain before it that ends first leaves it the most room.
    const ends = `min(CASE WHEN ${start} IS NOT NULL THEN event_time END)`;
    const earliest = others.length === 1 ? `min(event_time) FILTER (WHERE ${first.filter})` : ends;
    plan.measures.push(`${earliest} AS ${name}`, `max(event_time) FILTER (WHERE ${last.filter}) AS ${name}_end`);
    return `coalesce(${name}_end >= ${name} + ${intervalLiteral(last.gap.least)}, FALSE)`;
  }
  let free_of = `${start} IS NOT NULL`;
  if (condition.without !== undefined) {
    const between = `CASE WHEN ${filterSql(condition.without, bounds, plan)} THEN event_time END`;
    addAt(plan, 0, `${latestSql(between, frameSql({ least: 1, most: undefined }))} AS ${name}_without`);
    free_of = `${start} >= coalesce(${name}_without, ${start})`;
  }
  plan.measures.push(`bool_or(${free_of}) AS ${name}`);
  return `coalesce(${name}, FALSE)`;
}

function addAt(plan: Plan, level: number, column: string): void {
  const columns = plan.levels[level] ?? [];
  plan.levels[level] = columns;
  columns.push(column);
}

const latestSql = (column: string, frame: string): string =>
  `max(${column}) OVER (PARTITION BY profile_id ORDER BY event_time ${frame})`;

function frameSql({ least, most }: Gap): string {
  const begin = most === undefined ? "UNBOUNDED PRECEDING" : `${intervalLiteral(most)} PRECEDING`;
  return `RANGE BETWEEN ${begin} AND ${intervalLiteral(least)} PRECEDING`;
}
