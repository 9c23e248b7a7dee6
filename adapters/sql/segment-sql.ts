import type { EpochMs } from "#core/kernel/time.ts";
import type { EventCondition, ResolvedCondition } from "#core/segments/condition.ts";
import { eventNamesIn, measureIn } from "#core/segments/measure.ts";
import { testIn } from "#core/segments/value-test.ts";
import { type WindowBounds, windowBounds } from "#core/segments/window.ts";
import { type JsonColumns, jsonColumns } from "./columns.ts";
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
  const plan: Plan = {
    now,
    dialect,
    traits: jsonColumns("traits", "trait", dialect),
    consent: jsonColumns("consent", "consent", dialect),
    properties: jsonColumns("properties", "property", dialect),
    measures: [],
    scans: [],
  };
  const where = conditionSql(condition, plan);
  return [
    `WITH ${peopleSql(plan)}`,
    ...(plan.scans.length === 0 ? [] : eventsSql(plan)),
    "\nSELECT people.profile_id\nFROM people",
    ...(plan.scans.length === 0 ? [] : ["\nLEFT JOIN measured ON measured.profile_id = people.profile_id"]),
    `\nWHERE ${where}\n`,
  ].join("");
}

interface Plan {
  readonly now: EpochMs;
  readonly dialect: SqlDialect;
  readonly traits: JsonColumns;
  readonly consent: JsonColumns;
  readonly properties: JsonColumns;
  readonly measures: string[];
  readonly scans: { readonly names: readonly string[]; readonly bounds: WindowBounds }[];
}

function conditionSql(condition: ResolvedCondition, plan: Plan): string {
  const { dialect, now } = plan;
  if ("all" in condition) return joined(condition.all, "AND", plan);
  if ("any" in condition) return joined(condition.any, "OR", plan);
  if ("not" in condition) return `NOT (${conditionSql(condition.not, plan)})`;
  if ("trait" in condition) {
    return testSql(testIn(condition), plan.traits.value(condition.trait.split(".")), now, dialect);
  }
  // Computed traits are not there yet: they are missing, as in memory.
  if ("computed" in condition) return testIn(condition).kind === "missing" ? "TRUE" : "FALSE";
  if ("consent" in condition) {
    return `coalesce(${plan.consent.value([condition.consent]).text()}, 'unknown') = '${condition.is}'`;
  }
  return eventConditionSql(condition, plan);
}

const joined = (conditions: readonly ResolvedCondition[], word: string, plan: Plan): string =>
  conditions.map((inner) => `(${conditionSql(inner, plan)})`).join(` ${word} `);

function eventConditionSql(condition: EventCondition, plan: Plan): string {
  const { dialect, now, properties } = plan;
  const names = eventNamesIn(condition);
  const bounds = windowBounds(condition.within, now);
  const tests = (condition.where ?? []).map((node) =>
    testSql(testIn(node), properties.value(node.property.split(".")), now, dialect),
  );
  plan.scans.push({ names, bounds });
  const at = { name: `measure_${plan.scans.length}`, filter: [scanSql(names, bounds), ...tests].join(" AND "), now };
  const measure = measureSql(measureIn(condition), at, properties);
  plan.measures.push(...measure.columns.map(({ name, sql }) => `${sql} AS ${name}`));
  return measure.condition;
}

function scanSql(names: readonly string[], { from, to }: WindowBounds): string {
  return [
    `event IN (${names.map(textLiteral).join(", ")})`,
    ...(from === undefined ? [] : [`event_time >= ${timestampLiteral(from)}`]),
    `event_time < ${timestampLiteral(to)}`,
  ].join(" AND ");
}

function peopleSql({ traits, consent }: Plan): string {
  const raw = ["profile_id", ...traits.raw(), ...consent.raw()];
  const read = ["profile_id", ...traits.read(), ...consent.read()];
  const source = raw.length === 1 ? "profiles" : `(\n    SELECT ${listed(raw, 6)}\n    FROM profiles\n  ) extracted`;
  return `people AS (\n  SELECT ${listed(read, 4)}\n  FROM ${source}\n)`;
}

/** The events that any of the conditions asks for, then what each measures of them, per person. */
function eventsSql({ scans, properties, measures }: Plan): readonly string[] {
  const names = [...new Set(scans.flatMap((scan) => scan.names))];
  const to = Math.max(...scans.map(({ bounds }) => bounds.to));
  const starts = scans.flatMap(({ bounds }) => bounds.from ?? []);
  const bounds = starts.length < scans.length ? { to } : { from: Math.min(...starts), to };
  const own = ["profile_id", "event", "event_time"];
  const raw = listed([...own, ...properties.raw()], 6);
  const where = `profile_id IS NOT NULL AND ${scanSql(names, bounds)}`;
  return [
    `,\nhappened AS (\n  SELECT ${listed([...own, ...properties.read()], 4)}\n  FROM (\n    SELECT ${raw}`,
    `\n    FROM events\n    WHERE ${where}\n  ) extracted\n)`,
    `,\nmeasured AS (\n  SELECT ${listed(["profile_id", ...measures], 4)}\n  FROM happened\n  GROUP BY profile_id\n)`,
  ];
}

const listed = (items: readonly string[], indent: number): string => items.join(`,\n${" ".repeat(indent)}`);
