import type { MeasuredEvents } from "#core/computed/computed-trait.ts";
import { eventNamesIn } from "#core/segments/measure.ts";
import { textLiteral } from "./literal.ts";
import { listed, type Plan, scanSql } from "./plan.ts";

/** The events that any trait asks for, of those people, with what is read of their properties. */
export function happenedSql(plan: Plan, whose: string | undefined, name = "happened"): string {
  const { scans, properties } = plan;
  const names = [...new Set(scans.flatMap((scan) => scan.names))];
  const starts = scans.flatMap(({ bounds }) => bounds.from ?? []);
  const to = Math.max(...scans.map(({ bounds }) => bounds.to));
  const bounds = starts.length < scans.length ? { to } : { from: Math.min(...starts), to };
  const own = ["profile_id", "event", "event_time", "dt"];
  return `${name} AS (
  SELECT ${listed([...own, ...properties.read()], 4)}
  FROM (
    SELECT ${listed([...own, ...properties.raw()], 6)}
    FROM events
    WHERE ${whose ?? "profile_id IS NOT NULL"} AND ${scanSql({ names, bounds })}
  ) extracted
)`;
}

/** The names of all events that any trait is made of, as SQL literals. */
export const namesSql = (traits: readonly MeasuredEvents[]): string =>
  [...new Set(traits.flatMap((trait) => eventNamesIn(trait)))].map(textLiteral).join(", ");
