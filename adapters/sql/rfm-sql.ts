import type { RfmTrait } from "#core/computed/computed-trait.ts";
import { QUINTILES, type RfmPart, rfmName } from "#core/computed/rfm.ts";
import { DAY, type EpochMs } from "#core/kernel/time.ts";
import { windowBounds } from "#core/segments/window.ts";
import { type JsonValue, jsonColumns } from "./columns.ts";
import type { SqlDialect } from "./dialect.ts";
import { happenedSql } from "./happened-sql.ts";
import { doubleLiteral, timestampLiteral } from "./literal.ts";
import { microsSql } from "./measure-sql.ts";
import { emptyPlan, filterSql } from "./plan.ts";

export interface At {
  readonly now: EpochMs;
  readonly dialect: SqlDialect;
}

/** Common table expressions of which the last, of this name, is a row for everybody: figures and quintiles. */
export function rfmSql(trait: RfmTrait, name: string, { now, dialect }: At): readonly string[] {
  const plan = emptyPlan(now, dialect);
  const filter = filterSql(trait, windowBounds(trait.within, now), plan);
  const amount = plan.properties.value(trait.of.split(".")).number();
  const tile = (order: string): string => `CAST(ntile(${QUINTILES}) OVER (ORDER BY ${order}, profile_id) AS VARCHAR)`;
  const score = [tile("last_at, events, total"), tile("events, last_at, total"), tile("total, last_at, events")].join(
    ", ",
  );
  return [
    happenedSql(plan, undefined, `${name}_happened`),
    `${name}_figures AS (
  SELECT profile_id, count(*) AS events, max(event_time) AS last_at, coalesce(sum(${microsSql(amount)}), 0) AS total
  FROM ${name}_happened
  WHERE ${filter}
  GROUP BY profile_id
)`,
    `${name} AS (\n  SELECT profile_id, events, last_at, total, concat(${score}) AS score\n  FROM ${name}_figures\n)`,
  ];
}

/** A query of the `profile_id` of everybody whose figures are not those the lake was told; over the table of `rfmSql`. */
export function rfmMovedSql(trait: RfmTrait, name: string, { now, dialect }: At): string {
  const told = jsonColumns("computed", "told", dialect);
  const at = (part: RfmPart): JsonValue => told.value([rfmName(trait, part)]);
  const score = at("score").text();
  const figures = [at("recency").number(), at("frequency").number(), at("monetary").number()];
  const days = `floor(date_diff('millisecond', last_at, ${timestampLiteral(now)}) / ${doubleLiteral(DAY)})`;
  const is = `SELECT profile_id, score, CAST(${days} AS DOUBLE) AS recency, CAST(events AS DOUBLE) AS frequency,
      CAST(total AS DOUBLE) / 1e6 AS monetary FROM ${name}`;
  const was = `SELECT profile_id, ${[score, ...figures].join(", ")} FROM (
      SELECT profile_id, ${told.read().join(", ")} FROM (
        SELECT profile_id, ${told.raw().join(", ")} FROM computed_traits
      ) extracted
    ) told WHERE ${score} IS NOT NULL`;
  return `SELECT profile_id FROM (${is} EXCEPT ${was}) appeared UNION SELECT profile_id FROM (${was} EXCEPT ${is}) gone`;
}
