import type { EpochMs } from "#core/kernel/time.ts";
import type { EventCondition, ResolvedCondition } from "#core/segments/condition.ts";
import { measureIn } from "#core/segments/measure.ts";
import { needs } from "#core/segments/needs.ts";
import { testIn } from "#core/segments/value-test.ts";
import { windowBounds } from "#core/segments/window.ts";
import type { SqlDialect } from "./dialect.ts";
import { eventsSql } from "./events-sql.ts";
import { measureSql } from "./measure-sql.ts";
import { besideSql, peopleSql } from "./people-sql.ts";
import { emptyPlan, filterSql, type Plan } from "./plan.ts";
import { sequenceSql } from "./sequence-sql.ts";
import { testSql } from "./test-sql.ts";

/**
 * A statement that selects the `profile_id` of everybody a condition means at the instant `now`, each once, in no
 * order, from the lake's views `profiles`, `events`, `computed_traits` and `list_people`: the same people as
 * `core/segments/matches.ts` in memory. However many event conditions there are, `events` is read once, and of each
 * row only what is asked for.
 *
 * Where every window begins somewhere, so do the days of receipt that are read (`receivedFrom`); they never end before
 * today, because a late event lies after its window, an imported history years after it. Bounds on `event_time` are
 * there for the statistics that Parquet keeps of each row group.
 */
export function segmentSql(condition: ResolvedCondition, now: EpochMs, dialect: SqlDialect): string {
  const plan = emptyPlan(now, dialect);
  const where = conditionSql(condition, plan);
  const beside = besideSql(plan);
  // Who has nothing to be joined is looked at only where the condition may mean them all the same.
  const joins = [...beside, ...(plan.scans.length === 0 ? [] : [MEASURED])].map(
    ({ name, kind }) =>
      `\n${needs(kind, condition, now) ? "JOIN" : "LEFT JOIN"} ${name} ON ${name}.profile_id = people.profile_id`,
  );
  return [
    `WITH ${peopleSql(plan)}`,
    ...beside.map(({ name, select }) => `,\n${name} AS (${select})`),
    ...(plan.scans.length === 0 ? [] : eventsSql(plan)),
    "\nSELECT people.profile_id\nFROM people",
    ...joins,
    `\nWHERE ${where}\n`,
  ].join("");
}

const MEASURED = { name: "measured", kind: "events" } as const;

function conditionSql(condition: ResolvedCondition, plan: Plan): string {
  const { dialect, now } = plan;
  if ("all" in condition) return joined(condition.all, "AND", plan);
  if ("any" in condition) return joined(condition.any, "OR", plan);
  if ("not" in condition) return `NOT (${conditionSql(condition.not, plan)})`;
  if ("trait" in condition) {
    return testSql(testIn(condition), plan.traits.value(condition.trait.split(".")), now, dialect);
  }
  if ("computed" in condition) {
    return testSql(testIn(condition), plan.computed.value(condition.computed.split(".")), now, dialect);
  }
  if ("consent" in condition) {
    return `coalesce(${plan.consent.value([condition.consent]).text()}, 'unknown') = '${condition.is}'`;
  }
  if ("list" in condition) return `coalesce(${listColumn(condition.list, plan)}, FALSE)`;
  return "sequence" in condition ? sequenceSql(condition, plan) : eventConditionSql(condition, plan);
}

const joined = (conditions: readonly ResolvedCondition[], word: string, plan: Plan): string =>
  conditions.map((inner) => `(${conditionSql(inner, plan)})`).join(` ${word} `);

function listColumn(id: string, { lists }: Plan): string {
  const column = lists.get(id) ?? `list_${lists.size + 1}`;
  lists.set(id, column);
  return column;
}

function eventConditionSql(condition: EventCondition, plan: Plan): string {
  const filter = filterSql(condition, windowBounds(condition.within, plan.now), plan);
  const at = { name: `measure_${plan.measures.length + 1}`, filter, now: plan.now };
  const measure = measureSql(measureIn(condition), at, plan.properties);
  plan.measures.push(...measure.columns.map(({ name, sql }) => `${sql} AS ${name}`));
  return measure.condition;
}
