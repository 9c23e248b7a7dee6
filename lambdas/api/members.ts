import type * as z from "zod";
import { Instant } from "#contracts/http/fields.ts";
import type { Members, Preview, SEGMENT_ROUTES } from "#contracts/http/segments.ts";
import type { Defined } from "#core/kernel/ports.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import { type EpochMs, isoTime, parseTime } from "#core/kernel/time.ts";
import { readCondition } from "#core/segments/read-condition.ts";
import type { SegmentDefinition } from "#core/segments/segment-definition.ts";
import { type Cursor, pageOf, readCursor } from "./cursor.ts";
import type { ApiPorts } from "./ports.ts";
import { resolved } from "./resolved.ts";
import { namedSentenceOf } from "./sentence-of.ts";
import { countOf, rowsOf, sqlText, textOf } from "./sql-text.ts";

const SAMPLE = 10;

/** Whom a condition means, and in what words and by what query that is asked. */
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
  const now = instantOf(asked.data, ports);
  const sql = ports.segmentSql(written, now);
  const { ids, count } = await countedIds(ports, sql, SAMPLE);
  return { count, sample: [...ids], sentence: await namedSentenceOf(ports, condition), sql, now: isoTime(now) };
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
  const { ids, count } = await countedIds(ports, sql, asked.limit + 1, cursor);
  const { rows, next } = pageOf(ids, asked.limit, (last) => [isoTime(now), String(version), String(count), last]);
  return { segmentId: id, version, now: isoTime(now), count, members: [...rows], next };
}

const instantOf = (text: string | undefined, { clock }: ApiPorts): EpochMs =>
  (text === undefined ? undefined : parseTime(text)) ?? clock();

/** Profile ids in text order, and how many there are in all: counted with the first page, remembered after it. */
async function countedIds(
  { lake }: ApiPorts,
  sql: string,
  limit: number,
  cursor?: Cursor,
): Promise<{ readonly ids: readonly string[]; readonly count: number }> {
  if (cursor !== undefined) {
    const after = sqlText(cursor[3] ?? "");
    const result = await lake.query(
      `SELECT profile_id FROM (${sql}) WHERE profile_id > ${after} ORDER BY profile_id LIMIT ${limit}`,
    );
    return { ids: rowsOf(result).map((row) => textOf(row.profile_id)), count: countOf(cursor[2]) };
  }
  const result = await lake.query(
    `SELECT profile_id, count(*) OVER () AS people FROM (${sql}) ORDER BY profile_id LIMIT ${limit}`,
  );
  const rows = rowsOf(result);
  return { ids: rows.map((row) => textOf(row.profile_id)), count: countOf(rows[0]?.people) };
}
