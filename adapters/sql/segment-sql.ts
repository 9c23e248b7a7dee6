import type { EpochMs } from "#core/kernel/time.ts";
import type { EventCondition, ResolvedCondition } from "#core/segments/condition.ts";
import { eventNamesIn, measureIn } from "#core/segments/measure.ts";
import { testIn } from "#core/segments/value-test.ts";
import { type WindowBounds, windowBounds } from "#core/segments/window.ts";
import type { SqlDialect } from "./dialect.ts";
import { textLiteral, timestampLiteral } from "./literal.ts";
import { measureSql } from "./measure-sql.ts";
import { testSql } from "./test-sql.ts";

/**
 * A statement that selects the `profile_id` of everybody a condition means at the instant `now`, each once, in no
 * order, from the lake's views `profiles` and `events`: the same people as `core/segments/matches.ts` in memory.
 * However many event conditions there are, `events` is read once, and of each row only what is asked for.
 *
 * Nothing prunes by `dt`, because that is the day of receipt: a late event lies after its window, an imported history
 * years after it. Bounds on `event_time` are there for the statistics that Parquet keeps of each row group.
 */
export function segmentSql(condition: ResolvedCondition, now: EpochMs, dialect: SqlDialect): string {
  const plan: Plan = { now, dialect, people: new Map(), happened: new Map(), measures: [], scans: [] };
  const where = conditionSql(condition, plan);
  return [
    `WITH people AS (\n  SELECT ${listed(["profile_id", ...columnsOf(plan.people)], 2)}\n  FROM profiles\n)`,
    ...(plan.scans.length === 0 ? [] : eventsSql(plan)),
    `\nSELECT people.profile_id\nFROM people`,
    ...(plan.scans.length === 0 ? [] : ["\nLEFT JOIN measured ON measured.profile_id = people.profile_id"]),
    `\nWHERE ${where}\n`,
  ].join("");
}

interface Plan {
  readonly now: EpochMs;
  readonly dialect: SqlDialect;
  /** Column name → expression, by what it extracts, so that a path asked for twice is extracted once. */
  readonly people: Map<string, Column>;
  readonly happened: Map<string, Column>;
  readonly measures: string[];
  readonly scans: { readonly names: readonly string[]; readonly bounds: WindowBounds }[];
}

interface Column {
  readonly name: string;
  readonly sql: string;
}

const columnsOf = (columns: Plan["people"]): readonly string[] =>
  [...columns.values()].map(({ name, sql }) => `${sql} AS ${name}`);

const listed = (items: readonly string[], indent: number): string => items.join(`,\n${" ".repeat(indent + 2)}`);

function column(columns: Plan["people"], prefix: string, sql: string): string {
  const known = columns.get(sql);
  if (known !== undefined) return known.name;
  const name = `${prefix}${columns.size + 1}`;
  columns.set(sql, { name, sql });
  return name;
}

function conditionSql(condition: ResolvedCondition, plan: Plan): string {
  const { dialect, now } = plan;
  if ("all" in condition) return joined(condition.all, "AND", plan);
  if ("any" in condition) return joined(condition.any, "OR", plan);
  if ("not" in condition) return `NOT (${conditionSql(condition.not, plan)})`;
  if ("trait" in condition) {
    const json = column(plan.people, "trait_", dialect.jsonAt("traits", condition.trait.split(".")));
    return testSql(testIn(condition), json, now, dialect);
  }
  // Computed traits are not there yet: they are missing, as in memory.
  if ("computed" in condition) return testIn(condition).kind === "missing" ? "TRUE" : "FALSE";
  if ("consent" in condition) {
    const json = column(plan.people, "trait_", dialect.jsonAt("consent", [condition.consent]));
    return `coalesce(${dialect.text(json)}, 'unknown') = '${condition.is}'`;
  }
  return eventConditionSql(condition, plan);
}

const joined = (conditions: readonly ResolvedCondition[], word: string, plan: Plan): string =>
  conditions.map((inner) => `(${conditionSql(inner, plan)})`).join(` ${word} `);

function eventConditionSql(condition: EventCondition, plan: Plan): string {
  const { dialect, now } = plan;
  const names = eventNamesIn(condition);
  const bounds = windowBounds(condition.within, now);
  const property = (path: string): string =>
    column(plan.happened, "property_", dialect.jsonAt("properties", path.split(".")));
  const tests = (condition.where ?? []).map((node) => testSql(testIn(node), property(node.property), now, dialect));
  const filter = [scanSql(names, bounds), ...tests].join(" AND ");
  plan.scans.push({ names, bounds });
  const name = `measure_${plan.scans.length}`;
  const measure = measureSql(measureIn(condition), { name, filter, now }, property, dialect);
  plan.measures.push(...measure.columns.map((made) => `${made.sql} AS ${made.name}`));
  return measure.condition;
}

function scanSql(names: readonly string[], { from, to }: WindowBounds): string {
  return [
    `event IN (${names.map(textLiteral).join(", ")})`,
    ...(from === undefined ? [] : [`event_time >= ${timestampLiteral(from)}`]),
    `event_time < ${timestampLiteral(to)}`,
  ].join(" AND ");
}

/** The events that any of the conditions asks for, then what each measures of them, per person. */
function eventsSql({ scans, happened, measures }: Plan): readonly string[] {
  const names = [...new Set(scans.flatMap((scan) => scan.names))];
  const to = Math.max(...scans.map(({ bounds }) => bounds.to));
  const starts = scans.flatMap(({ bounds }) => bounds.from ?? []);
  const bounds = starts.length < scans.length ? { to } : { from: Math.min(...starts), to };
  const columns = ["profile_id", "event", "event_time", ...columnsOf(happened)];
  return [
    `,\nhappened AS (\n  SELECT ${listed(columns, 2)}\n  FROM events`,
    `\n  WHERE profile_id IS NOT NULL AND ${scanSql(names, bounds)}\n)`,
    `,\nmeasured AS (\n  SELECT ${listed(["profile_id", ...measures], 2)}\n  FROM happened\n  GROUP BY profile_id\n)`,
  ];
}
