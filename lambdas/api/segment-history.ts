import type * as z from "zod";
import type { SEGMENT_INSIGHT_ROUTES } from "#contracts/http/segment-insights.ts";
import { isoDay, parseTime } from "#core/kernel/time.ts";
import type { ApiPorts } from "./ports.ts";
import { countOf, rowsOf, sqlAll, sqlText, textOf } from "./sql-text.ts";

type Route = (typeof SEGMENT_INSIGHT_ROUTES)["segmentHistory"];

/** More than ten years of days. */
const MOST_DAYS = 4_000;

/** How a segment's size went, as evaluations found it; the latest days where there are more than can be told. */
export async function historyOf(
  { lake }: ApiPorts,
  segmentId: string,
  { since, until }: z.output<Route["query"]>,
): Promise<z.input<Route["answer"]>> {
  const bound = (comparison: string, text: string | undefined): string | undefined => {
    const at = text === undefined ? undefined : parseTime(text);
    return at === undefined ? undefined : `day ${comparison} ${sqlText(isoDay(at))}`;
  };
  const result = await lake.query(`
    SELECT day, entered, departed, members FROM segment_sizes
    WHERE ${sqlAll([`segment_id = ${sqlText(segmentId)}`, bound(">=", since), bound("<=", until)])}
    ORDER BY day DESC LIMIT ${MOST_DAYS}`);
  const days = rowsOf(result).map((row) => ({
    day: textOf(row.day),
    entered: countOf(row.entered),
    left: countOf(row.departed),
    members: countOf(row.members),
  }));
  return { segmentId, days: days.reverse() };
}
