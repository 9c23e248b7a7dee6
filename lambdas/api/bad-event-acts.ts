import type * as z from "zod";
import type { BAD_EVENT_ROUTES, BadEventItem, BadEvents } from "#contracts/http/bad-events.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import { DAY, isoDay, isoTime, parseTime } from "#core/kernel/time.ts";
import type { Acts } from "./act.ts";
import { type Cursor, pageOf, readCursor } from "./cursor.ts";
import type { ApiPorts } from "./ports.ts";
import { countOf, jsonOf, type Row, rowsOf, sqlAll, sqlEquals, sqlText, sqlTime, textOf, timeOf } from "./sql-text.ts";

type Asked = z.output<(typeof BAD_EVENT_ROUTES)["badEvents"]["query"]>;

/** How far back is looked where `since` does not say: partitions before it are not read. */
const LOOK_BACK_MS = 30 * DAY;

export const badEventActs: Acts<typeof BAD_EVENT_ROUTES> = {
  badEvents: (ports, { query }) => badEvents(ports, query),
  recoverBadEvents: async () =>
    rejection("recovery.not_served_yet", "refused events are kept, but letting them in after all is not served yet"),
};

async function badEvents(ports: ApiPorts, asked: Asked): Promise<z.input<typeof BadEvents> | Rejection> {
  const after = readCursor(asked.cursor, 2);
  if (isRejection(after)) return after;
  const since = (asked.since === undefined ? undefined : parseTime(asked.since)) ?? ports.clock() - LOOK_BACK_MS;
  const filters = sqlAll([
    `dt >= ${sqlText(isoDay(since))}`,
    `received_at >= ${sqlTime(since)}`,
    sqlEquals("code", asked.code),
    sqlEquals("source", asked.source),
  ]);
  const counted = ports.lake.query(`
    SELECT code, count(DISTINCT bad_event_id) AS bad_events FROM bad_events WHERE ${filters}
    GROUP BY code ORDER BY bad_events DESC, code`);
  const listed = ports.lake.query(`
    SELECT bad_event_id, code, problems, payload, source, position, received_at, recoveries
    FROM (
      SELECT *, row_number() OVER (PARTITION BY bad_event_id ORDER BY recoveries DESC) AS nth
      FROM bad_events WHERE ${filters}
    )
    WHERE ${sqlAll(["nth = 1", after && beyond(after)])}
    ORDER BY received_at DESC, bad_event_id LIMIT ${asked.limit + 1}`);
  const [counts, list] = await Promise.all([counted, listed]);
  const { rows, next } = pageOf(rowsOf(list).map(itemOf), asked.limit, ({ receivedAt, id }) => [receivedAt, id]);
  return {
    since: isoTime(since),
    counts: rowsOf(counts).map((row) => ({ code: textOf(row.code), count: countOf(row.bad_events) })),
    badEvents: [...rows],
    next,
  };
}

function beyond([time, id]: Cursor): string {
  const at = sqlTime(parseTime(time) ?? 0);
  return `received_at < ${at} OR (received_at = ${at} AND bad_event_id > ${sqlText(id ?? "")})`;
}

const itemOf = (row: Row): BadEventItem => ({
  id: textOf(row.bad_event_id),
  code: textOf(row.code),
  problems: jsonOf(row.problems) as unknown as BadEventItem["problems"],
  payload: textOf(row.payload),
  source: textOf(row.source),
  position: countOf(row.position),
  receivedAt: timeOf(row.received_at),
  recoveries: countOf(row.recoveries),
});
