import type * as z from "zod";
import type { PROFILE_ROUTES, ProfileEvent, ProfileEvents } from "#contracts/http/profiles.ts";
import { FIRST_RECEIVED } from "#contracts/lake.ts";
import { identifierText } from "#core/kernel/identifier.ts";
import type { LakeQuery } from "#core/kernel/ports.ts";
import { isRejection, type Rejection } from "#core/kernel/rejection.ts";
import { parseTime } from "#core/kernel/time.ts";
import type { ProfileGroup } from "#core/profiles/profiles-of.ts";
import { type Cursor, pageOf, readCursor } from "./cursor.ts";
import { jsonOf, type Row, rowsOf, sqlAll, sqlEquals, sqlText, sqlTime, textOf, timeOf } from "./sql-text.ts";

type Asked = z.output<(typeof PROFILE_ROUTES)["profileEvents"]["query"]>;

/**
 * A person's events, latest first. Asked of the log by the profile's identifiers, not of the view `events` by profile
 * id: it means the same, but who is who comes from the profile store, so a merge shows at once, and the engine reads
 * only rows of these identifiers before it removes repetitions.
 */
export async function profileEvents(
  lake: LakeQuery,
  group: ProfileGroup,
  asked: Asked,
): Promise<z.input<typeof ProfileEvents> | Rejection> {
  const after = readCursor(asked.cursor, 3);
  if (isRejection(after)) return after;
  const keys = group.members.map(([, { identifier }]) => sqlText(identifierText(identifier)));
  const conditions = sqlAll([
    "nth = 1",
    sqlEquals("event", asked.event),
    timeBound("event_time >=", asked.since),
    timeBound("event_time <", asked.until),
    after && beyond(after),
  ]);
  const result = await lake.query(`
    SELECT message_id, source, type, event, event_time, received_at, identity_key, properties, traits, context
    FROM (
      SELECT *, row_number() OVER (PARTITION BY source, message_id ORDER BY ${FIRST_RECEIVED}) AS nth
      FROM (${ownRows(keys.join(", "))})
    )
    WHERE ${conditions}
    ORDER BY event_time DESC, source, message_id LIMIT ${asked.limit + 1}`);
  const { rows, next } = pageOf(rowsOf(result).map(eventOf), asked.limit, (event) => [
    event.eventTime,
    event.source,
    event.messageId,
  ]);
  return { profileId: group.id, events: [...rows], next };
}

/**
 * The rows of these identifiers, and those without a name of shared devices on which they had logged in; not those of
 * a device among them on which somebody else had (`shared_device_events`).
 */
const ownRows = (keys: string): string => `
  SELECT e.* FROM events_log e
  LEFT JOIN shared_device_events d
    ON d.source = e.source AND d.message_id = e.message_id AND d.identity_key = e.identity_key
  WHERE e.identity_key IN (${keys}) AND (d.user_key IS NULL OR d.user_key IN (${keys}))
  UNION ALL
  SELECT e.* FROM events_log e
  JOIN shared_device_events d
    ON d.source = e.source AND d.message_id = e.message_id AND d.identity_key = e.identity_key
  WHERE d.user_key IN (${keys}) AND e.identity_key NOT IN (${keys})`;

const timeBound = (comparison: string, text: string | undefined): string | undefined => {
  const at = text === undefined ? undefined : parseTime(text);
  return at === undefined ? undefined : `${comparison} ${sqlTime(at)}`;
};

function beyond([time, source, messageId]: Cursor): string {
  const at = sqlTime(parseTime(time) ?? 0);
  const [from, id] = [sqlText(source ?? ""), sqlText(messageId ?? "")];
  return `event_time < ${at} OR (event_time = ${at} AND (source > ${from} OR (source = ${from} AND message_id > ${id})))`;
}

const eventOf = (row: Row): ProfileEvent => ({
  messageId: textOf(row.message_id),
  source: textOf(row.source),
  type: textOf(row.type),
  event: textOf(row.event),
  eventTime: timeOf(row.event_time),
  receivedAt: timeOf(row.received_at),
  identityKey: textOf(row.identity_key),
  properties: jsonOf(row.properties) as ProfileEvent["properties"],
  traits: jsonOf(row.traits) as ProfileEvent["traits"],
  context: jsonOf(row.context) as ProfileEvent["context"],
});
