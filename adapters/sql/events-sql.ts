import { listed, type Plan, scanSql } from "./plan.ts";

/** The events that any of the conditions asks for, what is found over windows of them, and what is measured per person. */
export function eventsSql({ scans, properties, levels, measures }: Plan): readonly string[] {
  const names = [...new Set(scans.flatMap((scan) => scan.names))];
  const to = Math.max(...scans.map(({ bounds }) => bounds.to));
  const starts = scans.flatMap(({ bounds }) => bounds.from ?? []);
  const bounds = starts.length < scans.length ? { to } : { from: Math.min(...starts), to };
  const own = ["profile_id", "event", "event_time", ...(starts.length === 0 ? [] : ["dt"])];
  const raw = listed([...own, ...properties.raw()], 6);
  const where = `profile_id IS NOT NULL AND ${scanSql({ names, bounds })}`;
  const chained = levels.map(
    (columns, at) =>
      `,\nchained_${at + 1} AS (\n  SELECT ${listed(["*", ...columns], 4)}\n  FROM ${at === 0 ? "happened" : `chained_${at}`}\n)`,
  );
  const last = levels.length === 0 ? "happened" : `chained_${levels.length}`;
  return [
    `,\nhappened AS (\n  SELECT ${listed([...own, ...properties.read()], 4)}\n  FROM (\n    SELECT ${raw}`,
    `\n    FROM events\n    WHERE ${where}\n  ) extracted\n)`,
    ...chained,
    `,\nmeasured AS (\n  SELECT ${listed(["profile_id", ...measures], 4)}\n  FROM ${last}\n  GROUP BY profile_id\n)`,
  ];
}
