import { type ComputedTrait, listLimitOf, propertyOf } from "#core/computed/computed-trait.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import { windowBounds } from "#core/segments/window.ts";
import type { SqlDialect } from "./dialect.ts";
import { happenedSql } from "./happened-sql.ts";
import { microsSql } from "./measure-sql.ts";
import { emptyPlan, filterSql, listed, type Plan } from "./plan.ts";
import { rfmSql } from "./rfm-sql.ts";

/** The columns in which an engine says what it measured, in order; `trait` is a position in the list of traits. */
export const MEASURED_COLUMNS = [
  "trait",
  "nth",
  "text_value",
  "number_value",
  "flag_value",
  "events",
  "first_at",
  "last_at",
  "distinct_values",
  "micros",
  "numbers",
  "least",
  "greatest",
  "score",
] as const;

export interface ComputedStatement {
  readonly traits: readonly ComputedTrait[];
  readonly now: EpochMs;
  readonly dialect: SqlDialect;
  /** A condition on `profile_id`: whom to measure. Everybody, if absent. */
  readonly whose?: string;
}

/**
 * What is measured of everybody's events for each trait, as common table expressions of which `picked` is the last: a row
 * for each person and trait, several for a list. `events` is read once for all traits but those of `rfm`, which depend
 * on everybody. Values are grouped before they are put in order, so however many events there are, what is ordered is
 * what differs. Nothing an engine would write in its own way leaves it: no text of a number, no JSON.
 */
export function pickedSql(statement: ComputedStatement): readonly string[] {
  const numbered = statement.traits.map((trait, at) => ({ trait, at }));
  const plain = numbered.filter(({ trait }) => trait.measure !== "rfm");
  const ranked = numbered.flatMap(({ trait, at }) => (trait.measure === "rfm" ? [{ trait, at }] : []));
  const rfm = ranked.map(({ trait, at }) => rfmSql(trait, `rfm_${at}`, statement));
  const picks = [
    ...(plain.length === 0 ? [] : [`SELECT profile_id, ${MEASURED_COLUMNS.join(", ")} FROM chosen`]),
    ...ranked.map(({ at }) => `SELECT profile_id, ${rfmColumns(at)} FROM rfm_${at}${whom(statement)}`),
  ];
  const picked =
    picks.length === 0 ? `SELECT CAST(NULL AS VARCHAR) AS profile_id WHERE FALSE` : picks.join("\n  UNION ALL ");
  return [...(plain.length === 0 ? [] : plainSql(plain, statement)), ...rfm.flat(), `picked AS (\n  ${picked}\n)`];
}

const whom = ({ whose }: ComputedStatement): string => (whose === undefined ? "" : ` WHERE ${whose}`);

interface Numbered {
  readonly trait: ComputedTrait;
  readonly at: number;
}

function plainSql(traits: readonly Numbered[], statement: ComputedStatement): readonly string[] {
  const { now, dialect } = statement;
  const plan = emptyPlan(now, dialect);
  const filters = traits.map(({ trait }) => filterSql(trait, windowBounds(trait.within, now), plan));
  const cells = traits.map(({ trait }) => cellsOf(trait, plan));
  const caseOf = (column: keyof Cells, type: string): string =>
    byTrait(
      traits,
      cells.map((cell) => cell[column]),
      type,
    );
  const tall = [
    "profile_id",
    "traits.trait",
    "event_time",
    `${caseOf("text", "VARCHAR")} AS text_value`,
    `${caseOf("number", "DOUBLE")} AS number_value`,
    `${caseOf("flag", "BOOLEAN")} AS flag_value`,
  ];
  const positions = traits.map(({ at }) => `(${at})`).join(", ");
  const wanted = traits.map(({ at }, nth) => `WHEN ${at} THEN ${filters[nth]}`).join("\n      ");
  return [
    happenedSql(plan, statement.whose),
    `tall AS (\n  SELECT ${listed(tall, 4)}\n  FROM happened CROSS JOIN (VALUES ${positions}) AS traits (trait)
  WHERE CASE traits.trait\n      ${wanted}\n    END\n)`,
    `grouped AS (
  SELECT profile_id, trait, text_value, number_value, flag_value,
    CASE WHEN text_value IS NULL AND number_value IS NULL AND flag_value IS NULL THEN 0 ELSE 1 END AS has_value,
    count(*) AS times, min(event_time) AS from_at, max(event_time) AS to_at,
    sum(${microsSql("number_value")}) AS part, count(${microsSql("number_value")}) AS parts
  FROM tall
  GROUP BY profile_id, trait, text_value, number_value, flag_value\n)`,
    orderedSql(traits),
    chosenSql(traits),
  ];
}

/** What is read of an event's property; absent where the measure does not ask for it. */
interface Cells {
  readonly text?: string;
  readonly number?: string;
  readonly flag?: string;
}

const OF_NUMBERS = new Set(["sum", "avg", "min", "max"]);

function cellsOf(trait: ComputedTrait, { properties }: Plan): Cells {
  const path = propertyOf(trait);
  if (path === undefined) return {};
  const value = properties.value(path.split("."));
  if (OF_NUMBERS.has(trait.measure)) return { number: value.number() };
  return { text: value.text(), number: value.number(), flag: value.boolean() };
}

function byTrait(traits: readonly Numbered[], cells: readonly (string | undefined)[], type: string): string {
  const cases = traits.flatMap(({ at }, nth) => (cells[nth] === undefined ? [] : [`WHEN ${at} THEN ${cells[nth]}`]));
  return cases.length === 0 ? `CAST(NULL AS ${type})` : `CASE traits.trait ${cases.join(" ")} END`;
}

/** What comes first of each person's values for a trait, beside what they come to together. */
function orderedSql(traits: readonly Numbered[]): string {
  const places = (measures: readonly string[]): string =>
    traits.flatMap(({ trait, at }) => (measures.includes(trait.measure) ? [at] : [])).join(", ");
  const when = (measure: string, value: string): readonly string[] =>
    places([measure]) === "" ? [] : [`CASE WHEN trait IN (${places([measure])}) THEN ${value} END`];
  const order = [
    "has_value DESC",
    ...when("mostFrequent", "times").map((sql) => `${sql} DESC NULLS LAST`),
    ...when("first", "from_at").map((sql) => `${sql} NULLS LAST`),
    ...when("last", "to_at").map((sql) => `${sql} DESC NULLS LAST`),
    ...["text_value", "number_value", "flag_value"].map((column) => `${column} NULLS LAST`),
  ];
  const together = [
    "sum(times)",
    "min(from_at)",
    "max(to_at)",
    "sum(has_value)",
    "sum(part)",
    "sum(parts)",
    "min(number_value)",
    "max(number_value)",
  ].map((sql, at) => `${sql} OVER (PARTITION BY profile_id, trait) AS ${TOGETHER[at]}`);
  const nth = `row_number() OVER (PARTITION BY profile_id, trait ORDER BY ${order.join(", ")}) AS nth`;
  const own = ["profile_id", "trait", "text_value", "number_value", "flag_value", "has_value"];
  return `ordered AS (\n  SELECT ${listed([...own, nth, ...together], 4)}\n  FROM grouped\n)`;
}

const TOGETHER = ["events", "first_at", "last_at", "distinct_values", "total", "numbers", "least", "greatest"] as const;

/** One row a trait, and of lists as many as they may hold. */
function chosenSql(traits: readonly Numbered[]): string {
  const lists = traits.flatMap(({ trait, at }) =>
    trait.measure === "uniqueList" ? [`trait = ${at} AND nth <= ${listLimitOf(trait)}`] : [],
  );
  const columns = MEASURED_COLUMNS.map((column) => {
    if (column === "micros") return "CAST(total AS VARCHAR) AS micros";
    return column === "score" ? "CAST(NULL AS VARCHAR) AS score" : column;
  });
  return `chosen AS (\n  SELECT ${listed(["profile_id", ...columns], 4)}\n  FROM ordered\n  WHERE ${["nth = 1", ...lists].join(" OR ")}\n)`;
}

function rfmColumns(at: number): string {
  const columns: Readonly<Partial<Record<(typeof MEASURED_COLUMNS)[number], string>>> = {
    trait: String(at),
    nth: "1",
    text_value: "CAST(NULL AS VARCHAR)",
    number_value: "CAST(NULL AS DOUBLE)",
    flag_value: "CAST(NULL AS BOOLEAN)",
    first_at: "last_at",
    distinct_values: "0",
    micros: "CAST(total AS VARCHAR)",
    numbers: "0",
    least: "CAST(NULL AS DOUBLE)",
    greatest: "CAST(NULL AS DOUBLE)",
  };
  return MEASURED_COLUMNS.map((column) => `${columns[column] ?? column} AS ${column}`).join(", ");
}
