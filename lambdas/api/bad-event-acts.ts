import type * as z from "zod";
import { badEventJsonSchema } from "#contracts/http/bad-event-item.ts";
import type { BAD_EVENT_ROUTES, BadEvents } from "#contracts/http/bad-events.ts";
import { isRejection, type Rejection } from "#core/kernel/rejection.ts";
import { DAY, isoTime, parseTime } from "#core/kernel/time.ts";
import type { Acts } from "./act.ts";
import { badEventItem, badEventRows, cursorBehind, cursorOf, sqlFilter } from "./bad-event-rows.ts";
import { MAX_PAGE_CHARACTERS, pageOf, readCursor } from "./cursor.ts";
import type { ApiPorts } from "./ports.ts";
import { recover } from "./recover-act.ts";
import { countOf, rowsOf, textOf } from "./sql-text.ts";

type Asked = z.output<(typeof BAD_EVENT_ROUTES)["badEvents"]["query"]>;

/** How far back is looked where `since` does not say: partitions before it are not read. */
const LOOK_BACK_MS = 30 * DAY;

export const badEventActs: Acts<typeof BAD_EVENT_ROUTES> = {
  badEvents: (ports, { query }) => badEvents(ports, query),
  recoverBadEvents: (ports, { body }) => recover(ports, body),
  badEventSchema: async () => badEventJsonSchema(),
};

async function badEvents(ports: ApiPorts, asked: Asked): Promise<z.input<typeof BadEvents> | Rejection> {
  const { limit, recovered } = asked;
  const after = readCursor(asked.cursor, 2);
  if (isRejection(after)) return after;
  const since = parseTime(asked.since) ?? ports.clock() - LOOK_BACK_MS;
  const filters = sqlFilter({ ...asked, since, recovered: recovered === undefined ? undefined : recovered === "true" });
  const [counts, { rows, isCut }] = await Promise.all([
    countsOf(ports, filters),
    badEventRows(ports.lake, { filters, after, limit, characters: MAX_PAGE_CHARACTERS }),
  ]);
  const page = pageOf(rows.map(badEventItem), limit, cursorOf);
  const last = rows.at(-1);
  return {
    since: isoTime(since),
    ...counts,
    badEvents: [...page.rows],
    next: page.next ?? (isCut && last !== undefined ? cursorBehind(last) : null),
  };
}

type Counts = Pick<z.input<typeof BadEvents>, "counts" | "countsBySource">;

async function countsOf({ lake }: ApiPorts, filters: string): Promise<Counts> {
  const result = await lake.query(`
    SELECT code, source, count(*) AS bad_events FROM bad_events_latest WHERE ${filters} GROUP BY code, source`);
  const counted = rowsOf(result);
  const by = (column: "code" | "source") => {
    const sums = new Map<string, number>();
    for (const row of counted) {
      const name = textOf(row[column]);
      sums.set(name, (sums.get(name) ?? 0) + countOf(row.bad_events));
    }
    return [...sums].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  };
  return {
    counts: by("code").map(([code, count]) => ({ code, count })),
    countsBySource: by("source").map(([source, count]) => ({ source, count })),
  };
}
