import type * as z from "zod";
import { Instant } from "#contracts/http/fields.ts";
import type { Members, Preview, SEGMENT_ROUTES } from "#contracts/http/segments.ts";
import type { Defined, QueryLimits } from "#core/kernel/ports.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import { type EpochMs, isoTime, parseTime } from "#core/kernel/time.ts";
import { readCondition } from "#core/segments/read-condition.ts";
import type { SegmentDefinition } from "#core/segments/segment-definition.ts";
import { type Cursor, pageOf, readCursor } from "./cursor.ts";
import { inTime } from "./in-time.ts";
import type { ApiPorts } from "./ports.ts";
import { resolved } from "./resolved.ts";
import { costOf } from "./segment-cost.ts";
import { referenceProblem } from "./segment-references.ts";
import { namedSentenceOf } from "./sentence-of.ts";
import { freshnessOf } from "./shown-segment.ts";
import { countOf, rowsOf, sqlText, textOf } from "./sql-text.ts";

const SAMPLE = 10;

/** How long somebody who is typing waits for a preview, in ms. */
const PREVIEW_MS = 10_000;

/** Whom a condition means, in what words and by what query that is asked, and what asking costs. */
export async function preview(
  ports: ApiPorts,
  sent: Readonly<Record<string, unknown>>,
): Promise<z.input<typeof Preview> | Rejection> {
  const asked = Instant.optional().safeParse(sent.now);
  if (!asked.success) return rejection("body.invalid", `now: ${asked.error.issues[0]?.message}`);
  const condition = readCondition(sent.condition);
  if (isRejection(condition)) return rejection(condition.code, `condition: ${condition.message}`);
  const written = await resolved(ports, condition);
  if (isRejection(written)) return written;
  const problem = await referenceProblem(ports, condition);
  if (problem?.code === "segment.unknown_list") return problem;
  const now = instantOf(asked.data, ports);
  const sql = ports.segmentSql(written, now);
  const startedAt = ports.clock();
  const found = await inTime(countedIds(ports, sql, SAMPLE, { timeMs: PREVIEW_MS }));
  if (isRejection(found)) return found;
  return {
    count: found.count,
    sample: [...found.ids],
    sentence: await namedSentenceOf(ports, condition),
    sql,
    now: isoTime(now),
    tookMs: ports.clock() - startedAt,
    cost: await costOf(ports, { condition: written, now }, found.scannedBytes),
    freshness: freshnessOf(written),
  };
}

type Asked = z.output<(typeof SEGMENT_ROUTES)["segmentMembers"]["query"]>;

/**
 * A page of a segment's members. The cursor carries the instant, the version and the count of the first page, so that
 * all pages are of one list; where the definition changed in between, the list is begun anew.
 */
export async function membersOf(
  ports: ApiPorts,
  { id, version, definition }: Defined<SegmentDefinition>,
  asked: Asked,
): Promise<z.input<typeof Members> | Rejection> {
  const cursor = readCursor(asked.cursor, 4);
  if (isRejection(cursor)) return cursor;
  if (cursor !== undefined && cursor[1] !== String(version)) {
    return rejection("page.bad_cursor", "the segment was changed since the first page; start without a cursor");
  }
  const now = instantOf(cursor?.[0] ?? asked.now, ports);
  const written = await resolved(ports, definition.condition);
  if (isRejection(written)) return written;
  const sql = ports.segmentSql(written, now);
  const most = asked.limit + 1;
  const { ids, count } = await (cursor ? idsBehind(ports, sql, most, cursor) : countedIds(ports, sql, most));
  const { rows, next } = pageOf(ids, asked.limit, (last) => [isoTime(now), String(version), String(count), last]);
  return { segmentId: id, version, now: isoTime(now), count, members: [...rows], next };
}

export const instantOf = (text: string | undefined, { clock }: ApiPorts): EpochMs =>
  (text === undefined ? undefined : parseTime(text)) ?? clock();

interface Counted {
  readonly ids: readonly string[];
  readonly count: number;
  readonly scannedBytes?: number | undefined;
}

/** Profile ids in text order, and how many there are in all. */
async function countedIds({ lake }: ApiPorts, sql: string, limit: number, limits?: QueryLimits): Promise<Counted> {
  const result = await lake.query(
    `SELECT profile_id, count(*) OVER () AS people FROM (${sql}) ORDER BY profile_id LIMIT ${limit}`,
    limits,
  );
  const rows = rowsOf(result);
  const ids = rows.map((row) => textOf(row.profile_id));
  return { ids, count: countOf(rows[0]?.people), scannedBytes: result.scannedBytes };
}

/** The ids behind the last of a page. How many there are was counted with the first. */
async function idsBehind({ lake }: ApiPorts, sql: string, limit: number, cursor: Cursor): Promise<Counted> {
  const after = sqlText(cursor[3] ?? "");
  const result = await lake.query(
    `SELECT profile_id FROM (${sql}) WHERE profile_id > ${after} ORDER BY profile_id LIMIT ${limit}`,
  );
  return { ids: rowsOf(result).map((row) => textOf(row.profile_id)), count: countOf(cursor[2]) };
}
