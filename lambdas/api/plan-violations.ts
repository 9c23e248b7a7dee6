import type * as z from "zod";
import type { TRACKING_PLAN_ROUTES, Violations } from "#contracts/http/tracking-plans.ts";
import { problemsIn } from "#core/events/problems-text.ts";
import { DAY, isoDay, isoTime, parseTime } from "#core/kernel/time.ts";
import { addUpViolations, type ViolationGroup } from "#core/plans/add-up-violations.ts";
import type { ApiPorts } from "./ports.ts";
import { countOf, type Row, rowsOf, sqlAll, sqlText, sqlTime, textOf, timeOf } from "./sql-text.ts";

type Asked = z.output<(typeof TRACKING_PLAN_ROUTES)["trackingPlanViolations"]["query"]>;

const LOOK_BACK_MS = 30 * DAY;
/** Kinds of events with the same problems, the most frequent first: the rest is what happens once. */
const MOST_GROUPS = 5_000;

/**
 * What came of these sources against their plan: the lake groups by the very text of the problems, here they are added
 * up. Repetitions of an event, and refused events that were let in after all, count once.
 */
export async function violationsOf(
  { lake, clock }: ApiPorts,
  held: readonly string[],
  asked: Asked,
): Promise<z.input<typeof Violations>> {
  const since = (asked.since === undefined ? undefined : parseTime(asked.since)) ?? clock() - LOOK_BACK_MS;
  const sources = held.filter((id) => asked.source === undefined || id === asked.source);
  const told = { since: isoTime(since), sources: [...sources] };
  if (sources.length === 0) return { ...told, violations: [], unplannedEvents: [] };
  const filters = sqlAll([
    `dt >= ${sqlText(isoDay(since))}`,
    `received_at >= ${sqlTime(since)}`,
    `source IN (${sources.map(sqlText).join(", ")})`,
  ]);
  const [came, refused] = await Promise.all([lake.query(cameSql(filters)), lake.query(refusedSql(filters))]);
  const groups = [...rowsOf(came).map(cameGroup), ...rowsOf(refused).map(refusedGroup)];
  const { violations, unplannedEvents } = addUpViolations(groups);
  const isCut = came.rows.length === MOST_GROUPS || refused.rows.length === MOST_GROUPS;
  return {
    ...told,
    violations: [...violations],
    unplannedEvents: [...unplannedEvents],
    ...(isCut ? { truncated: true as const } : {}),
  };
}

const cameSql = (filters: string): string => `
  SELECT event, plan_status AS standing, plan_problems AS problems,
    count(DISTINCT concat(source, ':', message_id)) AS events,
    max_by(message_id, received_at) AS id, max_by(source, received_at) AS source, max(received_at) AS received_at
  FROM events_log WHERE plan_problems IS NOT NULL AND ${filters}
  GROUP BY event, plan_status, plan_problems
  ORDER BY events DESC, event, problems LIMIT ${MOST_GROUPS}`;

const refusedSql = (filters: string): string => `
  SELECT event, code AS standing, problems, count(*) AS events,
    max_by(bad_event_id, received_at) AS id, max_by(source, received_at) AS source, max(received_at) AS received_at
  FROM bad_events_latest
  WHERE code IN ('event.unplanned', 'event.plan_violation') AND recoveries = 0 AND ${filters}
  GROUP BY event, code, problems
  ORDER BY events DESC, event, problems LIMIT ${MOST_GROUPS}`;

const cameGroup = (row: Row): ViolationGroup => groupOf(row, false);
const refusedGroup = (row: Row): ViolationGroup => groupOf(row, true);

function groupOf(
  { event, standing, problems, events, id, source, received_at }: Row,
  refused: boolean,
): ViolationGroup {
  return {
    event: textOf(event),
    isUnplanned: standing === "unplanned" || standing === "event.unplanned",
    problems: problemsIn(textOf(problems)),
    count: countOf(events),
    sample: { id: textOf(id), source: textOf(source), receivedAt: timeOf(received_at), refused },
  };
}
