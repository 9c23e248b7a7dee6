import { ANONYMOUS_ID, DEVICE_ID } from "#contracts/shared-device-events.ts";
import type { ComputedTrait } from "#core/computed/computed-trait.ts";
import type { Touched } from "#core/computed/ports.ts";
import type { Edge } from "#core/computed/window-edges.ts";
import { isoDay } from "#core/kernel/time.ts";
import { namesSql } from "./happened-sql.ts";
import { textLiteral, timestampLiteral } from "./literal.ts";

/**
 * Common table expressions of which the last, `touched`, is the profile ids of whoever's values may have moved: too many
 * rather than too few. It reads narrow columns, and no JSON.
 *
 * - `moved_keys`: identity keys with new events of the names asked for, with events that time moved over a window's
 *   edge, or that belong to somebody else now; the log's own rows are asked, so a repetition that takes the place of the
 *   one that counted touches both.
 * - Who held a moved key before is in its change.
 * - On a device that several people use a login moves what is done without a name from one to another: where anything
 *   moved on a device that ever was one, whoever logged in there is touched.
 */
export function touchedSql(touched: Touched, traits: readonly ComputedTrait[]): readonly string[] {
  const newEvent = newSql("received_at", touched, touched.periods.events_log);
  const newIdentity = newSql("changed_at", touched, touched.periods.identity_changes);
  const onEdge = touched.edges.map(edgeSql).map((edge) => `(${edge})`);
  const moved = [`(${newEvent} AND event IN (${namesSql(traits)}))`, ...onEdge].join(" OR ");
  const movedAtAll = [`(${newEvent})`, ...onEdge].join(" OR ");
  const onDevice = (device: string): string =>
    `SELECT e.identity_key, d.identity_key AS device, (${movedAtAll}) AS has_moved
    FROM events_log e JOIN devices d ON d.identity_key = ${device}`;
  return [
    `moved_identities AS (
  SELECT identity_key, profile_id, previous_profile_id FROM identity_changes WHERE ${newIdentity}
)`,
    "devices AS (SELECT DISTINCT identity_key FROM identity_changes WHERE follows_logins)",
    `on_devices AS (
  ${[onDevice("e.identity_key"), onDevice(`concat('anonymous_id:', ${ANONYMOUS_ID})`), onDevice(`concat('device_id:', ${DEVICE_ID})`)].join("\n  UNION ALL ")}
)`,
    `moved_devices AS (
  SELECT device FROM on_devices WHERE has_moved
  UNION SELECT identity_key FROM moved_identities WHERE identity_key IN (SELECT identity_key FROM devices)
)`,
    `moved_keys AS (
  SELECT identity_key FROM events_log WHERE identity_key IS NOT NULL AND (${moved})
  UNION SELECT identity_key FROM moved_identities
  UNION SELECT device FROM moved_devices
  UNION SELECT identity_key FROM on_devices WHERE device IN (SELECT device FROM moved_devices)
)`,
    `touched AS (
  SELECT profile_id FROM identity_map WHERE identity_key IN (SELECT identity_key FROM moved_keys)
  UNION SELECT profile_id FROM moved_identities
  UNION SELECT previous_profile_id FROM moved_identities WHERE previous_profile_id IS NOT NULL
)`,
  ];
}

/** Rows that came since the line was drawn, and all of the periods in which others came behind it. */
function newSql(time: string, { since }: Touched, periods: readonly string[]): string {
  const days = periods.filter((period) => period.length === 10).map(textLiteral);
  const months = periods.filter((period) => period.length < 10);
  return `(${[
    `(dt >= '${isoDay(since)}' AND ${time} >= ${timestampLiteral(since)})`,
    ...(days.length === 0 ? [] : [`dt IN (${days.join(", ")})`]),
    ...months.map((month) => `dt BETWEEN ${textLiteral(`${month}-01`)} AND ${textLiteral(`${month}-31`)}`),
  ].join(" OR ")})`;
}

const edgeSql = ({ names, from, to, receivedFrom, receivedBefore }: Edge): string =>
  [
    `event IN (${names.map(textLiteral).join(", ")})`,
    ...(receivedFrom === undefined ? [] : [`dt >= ${textLiteral(receivedFrom)}`]),
    ...(receivedBefore === undefined ? [] : [`dt < ${textLiteral(receivedBefore)}`]),
    ...(from === undefined ? [] : [`event_time >= ${timestampLiteral(from)}`]),
    `event_time < ${timestampLiteral(to)}`,
  ].join(" AND ");
