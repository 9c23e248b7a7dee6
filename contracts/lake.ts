import { MESSAGE_STATUS_RANK, type MessageEventRow } from "#core/campaigns/message-event-row.ts";
import type { ComputedChangeRow } from "#core/computed/computed-change-row.ts";
import type { BadEventRow, EventsLogRow } from "#core/events/lake-rows.ts";
import type { LakeWriter } from "#core/kernel/ports.ts";
import type { ConsentChangeRow, IdentityChangeRow, ProfileChangeRow } from "#core/profiles/change-rows.ts";
import type { LinkChangeRow } from "#core/profiles/link-change-rows.ts";
import type { ListMemberRow } from "#core/segments/list-member-row.ts";
import type { SegmentChangeRow } from "#core/segments/segment-change-row.ts";
import { COMPUTED_CHANGES, COMPUTED_VIEWS } from "./lake-computed.ts";
import { LIST_MEMBERS, LIST_VIEWS } from "./lake-lists.ts";
import { SEGMENT_VIEWS } from "./lake-segments.ts";
import { SESSIONS } from "./lake-sessions.ts";
import { attributed, eventsOnce, latestOf, type Settled } from "./lake-settled.ts";
import { SHARED_DEVICES, sharedDeviceEvents, sharedDeviceLogins } from "./shared-device-events.ts";

/** Column types, in the words that Glue and DuckDB share. `timestamp` is UTC, in milliseconds. */
export type ColumnType = "string" | "bigint" | "double" | "boolean" | "timestamp";

type Columns<Row> = { readonly [Name in keyof Row]: ColumnType };

/** The tables of the lake: name → columns in order. `dt` (the UTC day, a string) is the partition of every one. */
export const EVENTS_LOG = {
  message_id: "string",
  source: "string",
  type: "string",
  event: "string",
  user_id: "string",
  anonymous_id: "string",
  group_id: "string",
  identity_key: "string",
  identifiers: "string",
  event_time: "timestamp",
  received_at: "timestamp",
  sent_at: "timestamp",
  original_time: "timestamp",
  properties: "string",
  traits: "string",
  context: "string",
  revenue: "double",
  currency: "string",
  order_id: "string",
  page_url: "string",
  page_path: "string",
  referrer: "string",
  utm_source: "string",
  utm_medium: "string",
  utm_campaign: "string",
  utm_term: "string",
  utm_content: "string",
  locale: "string",
  device_type: "string",
  is_bot: "boolean",
  consent: "string",
  marks: "string",
  plan_status: "string",
  plan_problems: "string",
  position: "bigint",
  settled: "boolean",
  dt: "string",
} as const satisfies Columns<EventsLogRow & Settled>;

export const BAD_EVENTS = {
  bad_event_id: "string",
  schema_version: "bigint",
  code: "string",
  problems: "string",
  payload: "string",
  source: "string",
  position: "bigint",
  received_at: "timestamp",
  recoveries: "bigint",
  event: "string",
  surroundings: "string",
  recovered_at: "timestamp",
  recovered_as: "string",
  dt: "string",
} as const satisfies Columns<BadEventRow>;

const IDENTITY_CHANGES = {
  identity_key: "string",
  identifier_type: "string",
  identifier_value: "string",
  profile_id: "string",
  previous_profile_id: "string",
  follows_logins: "boolean",
  names_profile: "boolean",
  version: "bigint",
  changed_at: "timestamp",
  settled: "boolean",
  dt: "string",
} as const satisfies Columns<IdentityChangeRow & Settled>;

export const PROFILE_CHANGES = {
  profile_id: "string",
  gone: "boolean",
  identifiers: "string",
  traits: "string",
  consent: "string",
  first_seen: "timestamp",
  version: "bigint",
  changed_at: "timestamp",
  settled: "boolean",
  dt: "string",
} as const satisfies Columns<ProfileChangeRow & Settled>;

const CONSENT_CHANGES = {
  profile_id: "string",
  purpose: "string",
  state: "string",
  stated_at: "timestamp",
  source: "string",
  version: "bigint",
  changed_at: "timestamp",
  settled: "boolean",
  dt: "string",
} as const satisfies Columns<ConsentChangeRow & Settled>;

export const LINK_CHANGES = {
  link_id: "string",
  change: "string",
  act: "string",
  act_id: "string",
  class: "string",
  verdict: "string",
  identity_key_a: "string",
  identity_key_b: "string",
  who: "string",
  reason: "string",
  stated_at: "timestamp",
  version: "bigint",
  changed_at: "timestamp",
  dt: "string",
} as const satisfies Columns<LinkChangeRow>;

const SEGMENT_CHANGES = {
  segment_id: "string",
  definition_version: "bigint",
  profile_id: "string",
  change: "string",
  evaluated_at: "timestamp",
  cause: "string",
  settled: "boolean",
  dt: "string",
} as const satisfies Columns<SegmentChangeRow & Settled>;

export const MESSAGE_EVENTS = {
  message_id: "string",
  campaign_id: "string",
  run_id: "string",
  profile_id: "string",
  channel: "string",
  address: "string",
  treatment: "string",
  status: "string",
  reason: "string",
  occurred_at: "timestamp",
  dt: "string",
} as const satisfies Columns<MessageEventRow>;

export const LAKE_TABLES = {
  events_log: EVENTS_LOG,
  bad_events: BAD_EVENTS,
  identity_changes: IDENTITY_CHANGES,
  profile_changes: PROFILE_CHANGES,
  consent_changes: CONSENT_CHANGES,
  link_changes: LINK_CHANGES,
  segment_changes: SEGMENT_CHANGES,
  message_events: MESSAGE_EVENTS,
  list_members: LIST_MEMBERS,
  computed_changes: COMPUTED_CHANGES,
} as const satisfies Readonly<Record<string, Readonly<Record<string, ColumnType>>>>;

export type LakeTable = keyof typeof LAKE_TABLES;

/** The row type of each table. */
export interface LakeRows {
  readonly events_log: EventsLogRow;
  readonly bad_events: BadEventRow;
  readonly identity_changes: IdentityChangeRow;
  readonly profile_changes: ProfileChangeRow;
  readonly consent_changes: ConsentChangeRow;
  readonly link_changes: LinkChangeRow;
  readonly segment_changes: SegmentChangeRow;
  readonly message_events: MessageEventRow;
  readonly list_members: ListMemberRow;
  readonly computed_changes: ComputedChangeRow;
}

export type Lake = LakeWriter<LakeRows>;

/** The Glue database, and the schema the same tables have in DuckDB. */
export const LAKE_DATABASE = "tributary";

/** How much a message's status outweighs, as SQL; a status of a later version outweighs nothing. */
const messageStatusRank = `CASE status ${Object.entries(MESSAGE_STATUS_RANK)
  .map(([status, rank]) => `WHEN '${status}' THEN ${rank}`)
  .join(" ")} ELSE 0 END`;

/**
 * The order of an event's copies in the log: the first of them is the event. After the time and place of receipt come
 * further narrow columns, so that of two copies that came in the same millisecond every engine, every run, and every
 * merging of files takes the same; wide ones would be read by every question. Both engines put null last. What is
 * settled stays so, whatever is said later to have come before.
 */
export const FIRST_RECEIVED =
  "CASE WHEN settled THEN 0 ELSE 1 END, received_at, position, sent_at, event_time, type, event, identity_key";

/** What `events` answers of the log. */
export const EVENT_COLUMNS = Object.keys(EVENTS_LOG).filter((name) => name !== "settled");

const IDENTITY_MAP = [
  "identity_key",
  "identifier_type",
  "identifier_value",
  "profile_id",
  "follows_logins",
  "version",
  "changed_at",
];
const PROFILES = ["profile_id", "identifiers", "traits", "consent", "first_seen", "version", "changed_at"];

/**
 * What analysts ask, in the SQL that Athena and DuckDB share; each may use those before it. `events` is the log
 * without repetitions, with identity as of now: a merge or its undoing re-attributes all history by itself.
 * `shared_device_logins` says who had logged in, from when until when, on `shared_devices`, which several people use, and
 * `shared_device_events` what these did there without saying their name; `events` heeds it.
 * `profile_aliases` leads from each id that no profile has any more to whoever holds the identifier it was named after.
 * `link_audit` is each link that a person asserted or took back, once: who, when, why, and as part of what.
 * `bad_events_latest` is each bad event once, as it stands: `recoveries` is above 0 where it was let in after all.
 */
export const LAKE_VIEWS: Readonly<Record<string, string>> = {
  identity_map: latestOf({ table: "identity_changes", columns: IDENTITY_MAP }),
  shared_devices: SHARED_DEVICES,
  shared_device_logins: sharedDeviceLogins(FIRST_RECEIVED),
  shared_device_events: sharedDeviceEvents(FIRST_RECEIVED),
  events: attributed(EVENT_COLUMNS, eventsOnce(EVENT_COLUMNS, FIRST_RECEIVED)),
  profiles: `
    SELECT ${PROFILES.join(", ")}
    FROM (${latestOf({ table: "profile_changes", columns: [...PROFILES, "gone"] })})
    WHERE NOT gone`,
  link_audit: `
    SELECT ${Object.keys(LINK_CHANGES).join(", ")}
    FROM (
      SELECT *, row_number() OVER (PARTITION BY link_id, change ORDER BY stated_at, version, changed_at) AS nth
      FROM link_changes
    )
    WHERE nth = 1`,
  ...LIST_VIEWS,
  ...COMPUTED_VIEWS,
  ...SEGMENT_VIEWS,
  profile_aliases: `
    SELECT DISTINCT c.profile_id AS alias, m.profile_id
    FROM identity_changes c JOIN identity_map m ON m.identity_key = c.identity_key
    WHERE coalesce(c.names_profile, true) AND c.profile_id NOT IN (SELECT profile_id FROM identity_map)`,
  sessions: SESSIONS,
  orders: `
    SELECT profile_id, order_id, event_time, revenue, currency, source, message_id, dt
    FROM events WHERE event = 'Order Completed'`,
  bad_events_latest: `
    SELECT ${Object.keys(BAD_EVENTS).join(", ")}
    FROM (
      SELECT *, row_number() OVER (PARTITION BY dt, bad_event_id ORDER BY recoveries DESC, recovered_at) AS nth
      FROM bad_events
    )
    WHERE nth = 1`,
  messages: `
    SELECT message_id, campaign_id, run_id, profile_id, channel, address, treatment, status, reason, occurred_at
    FROM (
      SELECT *, row_number() OVER (
        PARTITION BY message_id ORDER BY ${messageStatusRank} DESC, occurred_at DESC, status DESC
      ) AS nth
      FROM message_events
    )
    WHERE nth = 1`,
  campaign_results: `
    SELECT campaign_id, run_id, treatment, status, reason, count(*) AS messages, count(DISTINCT profile_id) AS people
    FROM messages GROUP BY campaign_id, run_id, treatment, status, reason`,
};
