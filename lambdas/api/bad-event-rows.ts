import type { BadEventItem } from "#contracts/http/bad-event-item.ts";
import type { BadEvent, BadEventCode, Problem } from "#core/events/bad-event.ts";
import type { KeptSurroundings } from "#core/events/kept-surroundings.ts";
import type { Json } from "#core/kernel/json.ts";
import type { LakeQuery } from "#core/kernel/ports.ts";
import { type EpochMs, isoDay, parseTime } from "#core/kernel/time.ts";
import { type Cursor, writeCursor } from "./cursor.ts";
import {
  countOf,
  type Row,
  rowsOf,
  sqlAll,
  sqlEquals,
  sqlText,
  sqlTime,
  textOf,
  textOrNull,
  timeOf,
} from "./sql-text.ts";

/** Which bad events are asked for, as they stand now. */
export interface BadEventFilter {
  readonly ids?: readonly string[] | undefined;
  readonly code?: string | undefined;
  readonly source?: string | undefined;
  readonly event?: string | undefined;
  readonly since: EpochMs;
  readonly until?: string | undefined;
  readonly recovered?: boolean | undefined;
}

/** The filter as SQL over `bad_events_latest`. Days before `since` are not read at all. */
export function sqlFilter({ ids, code, source, event, since, until, recovered }: BadEventFilter): string {
  const before = until === undefined ? undefined : parseTime(until);
  return sqlAll([
    `dt >= ${sqlText(isoDay(since))}`,
    `received_at >= ${sqlTime(since)}`,
    before === undefined ? undefined : `dt <= ${sqlText(isoDay(before))} AND received_at < ${sqlTime(before)}`,
    ids && `bad_event_id IN (${ids.map(sqlText).join(", ")})`,
    sqlEquals("code", code),
    sqlEquals("source", source),
    sqlEquals("event", event),
    recovered === undefined ? undefined : `recoveries ${recovered ? ">" : "="} 0`,
  ]);
}

export interface RowsAsked {
  readonly filters: string;
  readonly after: Cursor | undefined;
  readonly limit: number;
  /** How many characters of payload are read: then the page ends early, but has one row at least. */
  readonly characters: number;
}

export interface BadEventRows {
  readonly rows: readonly Row[];
  /** There are more behind these. */
  readonly isCut: boolean;
}

/** Bad events, latest first. Payloads may be large, so the engine itself ends a page that would not fit into memory. */
export async function badEventRows(lake: LakeQuery, asked: RowsAsked): Promise<BadEventRows> {
  const { filters, after, limit, characters } = asked;
  const result = await lake.query(`
    SELECT * FROM (
      SELECT *,
        count(*) OVER () AS found,
        row_number() OVER (ORDER BY received_at DESC, bad_event_id) AS place,
        sum(length(payload)) OVER (ORDER BY received_at DESC, bad_event_id) AS characters
      FROM (
        SELECT bad_event_id, schema_version, code, problems, payload, source, position, received_at, recoveries,
          event, surroundings, recovered_at, recovered_as
        FROM bad_events_latest WHERE ${sqlAll([filters, after && beyond(after)])}
        ORDER BY received_at DESC, bad_event_id LIMIT ${limit + 1}
      )
    )
    WHERE place = 1 OR (place <= ${limit} AND characters <= ${characters})
    ORDER BY place`);
  const rows = rowsOf(result);
  return { rows, isCut: countOf(rows[0]?.found) > rows.length };
}

function beyond([time, id]: Cursor): string {
  const at = sqlTime(parseTime(time) ?? 0);
  return `received_at < ${at} OR (received_at = ${at} AND bad_event_id > ${sqlText(id ?? "")})`;
}

/** Where the page behind this row begins. */
export const cursorBehind = (row: Row): string => writeCursor(cursorOf(badEventItem(row)));
export const cursorOf = ({ receivedAt, id }: BadEventItem): Cursor => [receivedAt, id];

/** A row of the lake as it is told. */
export const badEventItem = (row: Row): BadEventItem => ({
  schemaVersion: countOf(row.schema_version),
  id: textOf(row.bad_event_id),
  code: textOf(row.code) as BadEventCode,
  problems: readJson<readonly Problem[]>(row.problems, []).map((problem) => ({ ...problem })),
  payload: textOf(row.payload),
  event: textOrNull(row.event),
  source: textOf(row.source),
  position: countOf(row.position),
  receivedAt: timeOf(row.received_at),
  surroundings: readJson<BadEventItem["surroundings"]>(row.surroundings, null),
  recoveries: countOf(row.recoveries),
  recoveredAt: row.recovered_at == null ? null : timeOf(row.recovered_at),
  recoveredAs: textOrNull(row.recovered_as),
});

/** A row of the lake as what it was before it became one. */
export function badEventOf(row: Row): BadEvent {
  const { recoveries, recoveredAt, recoveredAs, event } = badEventItem(row);
  const around = readJson<KeptSurroundings | undefined>(row.surroundings, undefined);
  const at = parseTime(recoveredAt) ?? 0;
  const as = recoveredAs === null ? {} : { as: recoveredAs };
  return {
    id: textOf(row.bad_event_id),
    code: textOf(row.code) as BadEventCode,
    problems: readJson<readonly Problem[]>(row.problems, []),
    payload: textOf(row.payload),
    receivedAt: parseTime(timeOf(row.received_at)) ?? 0,
    source: textOf(row.source),
    position: countOf(row.position),
    ...(event === null ? {} : { name: event }),
    ...(around === undefined ? {} : { around }),
    ...(recoveries === 0 ? {} : { recovery: { times: recoveries, at, ...as } }),
  };
}

/** JSON text that we wrote ourselves. */
const readJson = <T>(value: Json | undefined, nothing: T): T =>
  typeof value === "string" && value !== "" ? (JSON.parse(value) as T) : nothing;
