import * as z from "zod";
import { BAD_EVENT_CODES } from "#core/events/bad-event.ts";
import { RecoveryRules } from "#core/events/recovery/rule.ts";
import { BadEventItem } from "./bad-event-item.ts";
import { Instant, Next, PageQuery, Time } from "./fields.ts";
import type { Route } from "./route.ts";

const Count = z.int().nonnegative();

export const BadEvents = z.object({
  /** From when on they were looked for. */
  since: Time,
  /** How many there are by code, of all that the filters let through, not of this page. */
  counts: z.array(z.object({ code: z.string(), count: z.number() })),
  countsBySource: z.array(z.object({ source: z.string(), count: z.number() })),
  badEvents: z.array(BadEventItem),
  next: Next,
});

const FILTERS = {
  code: z.string().max(100).optional(),
  source: z.string().max(100).optional(),
  /** What the event calls itself: its event's name, else its type. */
  event: z.string().max(200).optional(),
  since: Instant.optional(),
  until: Instant.optional().meta({ description: "received before this time" }),
};

const MOST_AT_ONCE = 500;

const RecoveryFilter = z
  .strictObject({ ids: z.array(z.string().min(1).max(64)).min(1).max(MOST_AT_ONCE).optional(), ...FILTERS })
  .meta({ description: "Which bad events; without ids those of the last 30 days that were never let in" });

const RecoveryAsked = z.strictObject({
  filter: RecoveryFilter,
  /** In their order, each on what the one before left. Without any: whether it may come in now as it is. */
  rules: RecoveryRules.default([]),
  /** True unless said otherwise: tells what would become of each, and changes nothing. */
  dryRun: z.boolean().default(true),
  limit: z.int().min(1).max(MOST_AT_ONCE).default(100),
  cursor: PageQuery.shape.cursor,
});

const Problems = BadEventItem.shape.problems;
const Code = z.enum(BAD_EVENT_CODES);

const EVENT_OUTCOMES = [
  z.object({ kind: z.literal("recovered"), messageId: z.string() }),
  z.object({ kind: z.literal("already_recovered"), messageId: z.string().optional() }),
  z.object({ kind: z.literal("still_bad"), code: Code, problems: Problems }),
] as const;

/** Of the events of a body that had been refused whole. Those that are still bad are bad events by themselves now. */
const Unpacked = z.object({
  kind: z.literal("unpacked"),
  parts: z.object({
    recovered: Count,
    alreadyRecovered: Count,
    stillBad: Count,
    /** The first hundred. */
    first: z.array(
      z.discriminatedUnion("kind", [
        EVENT_OUTCOMES[0].extend({ position: Count }),
        EVENT_OUTCOMES[1].extend({ position: Count }),
        EVENT_OUTCOMES[2].extend({ position: Count }),
      ]),
    ),
  }),
});

const NotRecoverable = z.object({ kind: z.literal("not_recoverable"), why: z.string() });

const RecoveryItem = z.object({
  id: z.string(),
  /** Why it was refused when it came. */
  code: z.string(),
  source: z.string(),
  event: z.string().nullable(),
  receivedAt: Time,
  outcome: z.discriminatedUnion("kind", [...EVENT_OUTCOMES, Unpacked, NotRecoverable]),
});

export const Recoveries = z.object({
  dryRun: z.boolean(),
  /** Of this page. `events`: how many went in, or would. */
  counts: z.object({
    recovered: Count,
    unpacked: Count,
    already_recovered: Count,
    still_bad: Count,
    not_recoverable: Count,
    events: Count,
  }),
  outcomes: z.array(RecoveryItem),
  /** Ids that were asked for and are no bad event's. */
  unknownIds: z.array(z.string()),
  next: Next,
});

export const BAD_EVENT_ROUTES = {
  badEvents: {
    method: "GET",
    path: "/api/bad-events",
    summary: "Events that were refused and kept, latest first, with reasons; the last 30 days unless `since` says else",
    query: PageQuery.extend({
      ...FILTERS,
      recovered: z.enum(["true", "false"]).optional().meta({ description: "only those that were let in, or were not" }),
    }),
    status: 200,
    answer: BadEvents,
    refusals: ["page.bad_cursor"],
  },
  recoverBadEvents: {
    method: "POST",
    path: "/api/bad-events/recover",
    summary:
      "Mends refused events by rules and lets them in, each once however often it is tried; a rehearsal by default",
    body: RecoveryAsked,
    status: 200,
    answer: Recoveries,
    refusals: ["page.bad_cursor"],
  },
  badEventSchema: {
    method: "GET",
    path: "/api/schemas/bad-event",
    summary: "The JSON Schema that every bad event of these answers and of exports obeys",
    status: 200,
    answer: z.looseObject({ $schema: z.string(), $id: z.string() }),
    refusals: [],
  },
} as const satisfies Record<string, Route>;
