import { identifierText } from "#core/kernel/identifier.ts";
import { isJsonObject, type Json, type JsonObject } from "#core/kernel/json.ts";
import { isoDay, isoTime } from "#core/kernel/time.ts";
import type { BadEvent, Problem } from "./bad-event.ts";
import type { Event } from "./event.ts";
import { problemsText } from "./problems-text.ts";

/**
 * A row of `events_log`: an accepted event as received. Objects are JSON *text*, because Firehose drops members its
 * table does not name; what analysts ask for daily stands in columns of its own, so that queries read little.
 */
export interface EventsLogRow {
  readonly message_id: string;
  readonly source: string;
  readonly type: string;
  readonly event: string;
  readonly user_id: string | null;
  readonly anonymous_id: string | null;
  readonly group_id: string | null;
  readonly identity_key: string | null;
  readonly identifiers: string;
  readonly event_time: string;
  readonly received_at: string;
  readonly sent_at: string | null;
  readonly original_time: string | null;
  readonly properties: string;
  readonly traits: string;
  readonly context: string;
  readonly revenue: number | null;
  readonly currency: string | null;
  readonly order_id: string | null;
  readonly page_url: string | null;
  readonly page_path: string | null;
  readonly referrer: string | null;
  readonly utm_source: string | null;
  readonly utm_medium: string | null;
  readonly utm_campaign: string | null;
  readonly utm_term: string | null;
  readonly utm_content: string | null;
  readonly locale: string | null;
  readonly device_type: string | null;
  readonly is_bot: boolean | null;
  readonly consent: string | null;
  readonly marks: string | null;
  readonly plan_status: string | null;
  readonly plan_problems: string | null;
  readonly position: number | null;
  readonly dt: string;
}

export interface BadEventRow {
  readonly bad_event_id: string;
  readonly schema_version: number;
  readonly code: string;
  readonly problems: string;
  readonly payload: string;
  readonly source: string;
  readonly position: number;
  readonly received_at: string;
  readonly recoveries: number;
  /** Its event's name, else its type, as far as it says either. */
  readonly event: string | null;
  /** `KeptSurroundings` as JSON text. */
  readonly surroundings: string | null;
  readonly recovered_at: string | null;
  readonly recovered_as: string | null;
  readonly dt: string;
}

/** Rows lie in the day they were *received*: a late event never changes a day that was already read. */
export function eventsLogRow(event: Event): EventsLogRow {
  const { properties, context } = event;
  const [strongest] = event.identifiers;
  return {
    message_id: event.messageId,
    source: event.source,
    type: event.type,
    event: event.name,
    user_id: event.userId ?? null,
    anonymous_id: event.anonymousId ?? null,
    group_id: event.groupId ?? null,
    identity_key: strongest ? identifierText(strongest) : null,
    identifiers: JSON.stringify(event.identifiers),
    event_time: isoTime(event.eventTime),
    received_at: isoTime(event.receivedAt),
    sent_at: event.sentAt === undefined ? null : isoTime(event.sentAt),
    original_time: event.originalTime === undefined ? null : isoTime(event.originalTime),
    properties: JSON.stringify(properties),
    traits: JSON.stringify(event.traits),
    context: JSON.stringify(context),
    ...orderColumns(properties),
    ...contextColumns(context, properties),
    consent: event.consent === undefined ? null : JSON.stringify(event.consent),
    marks: event.marks === undefined ? null : JSON.stringify(event.marks),
    plan_status: event.plan?.status ?? null,
    plan_problems: problemsOrNull(event.plan?.problems),
    position: event.position ?? null,
    dt: isoDay(event.receivedAt),
  };
}

const problemsOrNull = (problems: readonly Problem[] = []): string | null =>
  problems.length === 0 ? null : problemsText(problems);

/**
 * Of the form of a bad event, as `docs/schemas` describes it. 2: with its surroundings, its name and its recovery.
 */
export const BAD_EVENT_SCHEMA_VERSION = 2;

/** A recovery is a further row of the same bad event, on the same day: the last one says how it stands. */
export const badEventRow = (bad: BadEvent): BadEventRow => ({
  bad_event_id: bad.id,
  schema_version: BAD_EVENT_SCHEMA_VERSION,
  code: bad.code,
  problems: JSON.stringify(bad.problems),
  payload: bad.payload,
  source: bad.source,
  position: bad.position,
  received_at: isoTime(bad.receivedAt),
  recoveries: bad.recovery?.times ?? 0,
  event: bad.name ?? null,
  surroundings: bad.around === undefined ? null : JSON.stringify(bad.around),
  recovered_at: bad.recovery === undefined ? null : isoTime(bad.recovery.at),
  recovered_as: bad.recovery?.as ?? null,
  dt: isoDay(bad.receivedAt),
});

type ContextColumns = Pick<
  EventsLogRow,
  | ("page_url" | "page_path" | "referrer" | "locale" | "device_type" | "is_bot")
  | ("utm_source" | "utm_medium" | "utm_campaign" | "utm_term" | "utm_content")
>;

/** Older clients tell of the page among a page call's properties. */
function contextColumns(context: JsonObject, properties: JsonObject): ContextColumns {
  const page = isJsonObject(context.page) ? context.page : {};
  const campaign = isJsonObject(context.campaign) ? context.campaign : {};
  const device = isJsonObject(context.device) ? context.device : {};
  return {
    page_url: text(page.url ?? properties.url),
    page_path: text(page.path ?? properties.path),
    referrer: text(page.referrer ?? properties.referrer),
    utm_source: text(campaign.source),
    utm_medium: text(campaign.medium),
    utm_campaign: text(campaign.name),
    utm_term: text(campaign.term),
    utm_content: text(campaign.content),
    locale: text(context.locale),
    device_type: text(device.type),
    is_bot: typeof context.isBot === "boolean" ? context.isBot : null,
  };
}

/** Segment's e-commerce names: `revenue`, else `total`, in `currency`, for `order_id`. */
function orderColumns(properties: JsonObject): Pick<EventsLogRow, "revenue" | "currency" | "order_id"> {
  return {
    revenue: number(properties.revenue) ?? number(properties.total),
    currency: text(properties.currency),
    order_id: text(properties.order_id),
  };
}

const text = (value: Json | undefined): string | null =>
  typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : null;

const number = (value: Json | undefined): number | null =>
  typeof value === "number" && Number.isFinite(value) ? value : null;
