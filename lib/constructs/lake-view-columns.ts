import {
  BAD_EVENTS,
  type ColumnType,
  EVENTS_LOG,
  LINK_CHANGES,
  MESSAGE_EVENTS,
  PROFILE_CHANGES,
} from "#contracts/lake.ts";
import { COMPUTED_VIEW_COLUMNS } from "#contracts/lake-computed.ts";
import { LIST_VIEW_COLUMNS } from "#contracts/lake-lists.ts";
import { SEGMENT_VIEW_COLUMNS } from "#contracts/lake-segments.ts";

type Columns = Readonly<Record<string, ColumnType>>;

const { gone: _, settled: ____, dt: __, ...PROFILES } = PROFILE_CHANGES;
const { settled: _____, ...EVENTS } = EVENTS_LOG;
const { dt: ___, ...MESSAGES } = MESSAGE_EVENTS;

/**
 * The columns each view of `LAKE_VIEWS` answers, in order. The catalogue wants them beside the text of a view;
 * `test/synth/lake.cases.ts` asks DuckDB whether they are those that the text gives.
 */
export const LAKE_VIEW_COLUMNS: Readonly<Record<string, Columns>> = {
  identity_map: {
    identity_key: "string",
    identifier_type: "string",
    identifier_value: "string",
    profile_id: "string",
    follows_logins: "boolean",
    version: "bigint",
    changed_at: "timestamp",
  },
  shared_devices: { identity_key: "string" },
  shared_device_logins: { identity_key: "string", user_key: "string", since: "timestamp", until: "timestamp" },
  shared_device_events: { source: "string", message_id: "string", identity_key: "string", user_key: "string" },
  events: { ...EVENTS, profile_id: "string" },
  profiles: PROFILES,
  link_audit: LINK_CHANGES,
  ...LIST_VIEW_COLUMNS,
  ...COMPUTED_VIEW_COLUMNS,
  ...SEGMENT_VIEW_COLUMNS,
  profile_aliases: { alias: "string", profile_id: "string" },
  sessions: {
    profile_id: "string",
    started_at: "timestamp",
    ended_at: "timestamp",
    seconds: "double",
    events: "bigint",
    pages: "bigint",
    entry_page: "string",
    exit_page: "string",
    referrer: "string",
    utm_source: "string",
    utm_medium: "string",
    utm_campaign: "string",
    device_type: "string",
    is_bot: "boolean",
    revenue: "double",
  },
  orders: {
    profile_id: "string",
    order_id: "string",
    event_time: "timestamp",
    revenue: "double",
    currency: "string",
    source: "string",
    message_id: "string",
    dt: "string",
  },
  bad_events_latest: BAD_EVENTS,
  messages: MESSAGES,
  campaign_results: {
    campaign_id: "string",
    run_id: "string",
    treatment: "string",
    status: "string",
    reason: "string",
    messages: "bigint",
    people: "bigint",
  },
};
