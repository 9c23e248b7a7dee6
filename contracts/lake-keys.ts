import type { BadEventRow, EventsLogRow } from "#core/events/lake-rows.ts";
import type { LakeTable } from "./lake.ts";

type Keys<Row> = { readonly [Name in Exclude<keyof Row, "dt">]: string };

const EVENTS_LOG_KEYS = {
  message_id: "i",
  source: "s",
  type: "t",
  event: "e",
  user_id: "u",
  anonymous_id: "a",
  group_id: "g",
  identity_key: "k",
  identifiers: "ks",
  event_time: "et",
  received_at: "rt",
  sent_at: "st",
  original_time: "ot",
  properties: "p",
  traits: "tr",
  context: "c",
  revenue: "r",
  currency: "cu",
  order_id: "o",
  page_url: "pu",
  page_path: "pp",
  referrer: "pr",
  utm_source: "us",
  utm_medium: "um",
  utm_campaign: "uc",
  utm_term: "ut",
  utm_content: "ux",
  locale: "l",
  device_type: "d",
  is_bot: "b",
  consent: "y",
  marks: "m",
  plan_status: "v",
  plan_problems: "w",
  position: "n",
} as const satisfies Keys<EventsLogRow>;

const BAD_EVENTS_KEYS = {
  bad_event_id: "i",
  schema_version: "v",
  code: "c",
  problems: "w",
  payload: "p",
  source: "s",
  position: "n",
  received_at: "rt",
  recoveries: "r",
  event: "e",
  surroundings: "su",
  recovered_at: "ra",
  recovered_as: "rs",
} as const satisfies Keys<BadEventRow>;

/**
 * The members under which rows of the busiest tables travel to Firehose, by column: names in full would be a sixth of
 * what is sent, and keep half a megabyte of small events from fitting into one record. Firehose is told of them and
 * writes the columns under their names. Every other table's rows say their columns' names.
 *
 * A key stays its column's for ever: rows wait in Firehose's buffers and among its errors, whatever is deployed
 * meanwhile. None is the name of a column, so that both can be told apart in what comes back.
 */
export const LAKE_KEYS: { readonly [Table in LakeTable]?: Readonly<Record<string, string>> } = {
  events_log: EVENTS_LOG_KEYS,
  bad_events: BAD_EVENTS_KEYS,
};

/** A row as it was sent to Firehose, by its columns' names again. */
export function byColumns(table: LakeTable, sent: object): object {
  const columns = new Map(Object.entries(LAKE_KEYS[table] ?? {}).map(([column, key]) => [key, column]));
  return Object.fromEntries(Object.entries(sent).map(([key, value]) => [columns.get(key) ?? key, value]));
}
