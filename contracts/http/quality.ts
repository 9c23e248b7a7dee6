import * as z from "zod";
import { Time } from "./fields.ts";
import type { Route } from "./route.ts";

/** A longer window would read, and draw, more than anybody looks at. */
export const MAX_QUALITY_DAYS = 92;
export const USUAL_QUALITY_DAYS = 30;

const Day = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d$/, "a day is expected, such as 2026-11-02")
  .meta({ description: "A day in UTC", examples: ["2026-11-02"] });

const Share = z.number().meta({ description: "From 0 to 1" });

const SourceQuality = z.object({
  source: z.string(),
  events: z.int(),
  lastReceived: Time,
  /** Between the last event received and now. */
  minutesSilent: z.number(),
  /** When the latest event happened, by the sender's clock as corrected. */
  lastEvent: Time.nullable(),
  /** From happening to being received, on average and at most. */
  lagSeconds: z.number().nullable(),
  mostLagSeconds: z.number().nullable(),
  /** Received more than a day after they happened. */
  lateShare: Share,
  repetitions: z.int(),
});

const Volume = z.object({
  source: z.string(),
  event: z.string(),
  events: z.int(),
  days: z.array(
    z.object({
      day: z.string(),
      events: z.int(),
      /** The mean of the days before; `null` on the first. */
      usual: z.number().nullable(),
      unusual: z.enum(["high", "low"]).nullable(),
    }),
  ),
});

const Quality = z.object({
  /** The first day received, and the day after the last. */
  from: z.string(),
  to: z.string(),
  sources: z.array(SourceQuality),
  /** The most frequent pairs of source and event, each with every day of the window. */
  volumes: z.array(Volume),
  /** The share in which each promoted column is empty, by event name. */
  columns: z.array(z.object({ event: z.string(), events: z.int(), missing: z.record(z.string(), Share) })),
  traits: z.array(
    z.object({
      trait: z.string(),
      events: z.int(),
      empty: z.int(),
      /** Of all events that tell traits: absent, null or empty. */
      missingShare: Share,
    }),
  ),
  plan: z.array(
    z.object({
      source: z.string(),
      event: z.string(),
      standing: z.string(),
      cameIn: z.int(),
      refused: z.int(),
    }),
  ),
  badEvents: z.array(
    z.object({
      code: z.string(),
      source: z.string(),
      badEvents: z.int(),
      recovered: z.int(),
      lastReceived: Time,
    }),
  ),
  identity: z.object({
    events: z.int(),
    withProfile: z.int(),
    anonymous: z.int(),
    activePeople: z.int(),
    people: z.int(),
    withEmail: z.int(),
    withPhone: z.int(),
    withUserId: z.int(),
    anonymousPeople: z.int(),
  }),
  /** Files of the lake that cannot be read, where the engine keeps a list of them: whoever asks for one is told so. */
  damagedFiles: z.array(z.object({ table: z.string(), file: z.string(), why: z.string() })),
});

export type Quality = z.input<typeof Quality>;

export const QUALITY_ROUTES = {
  dataQuality: {
    method: "GET",
    path: "/api/data-quality",
    summary: `Whether what comes in can be relied upon: the saved queries quality-… of a window of at most ${MAX_QUALITY_DAYS} days, ready to be drawn`,
    query: z.object({ from: Day.optional(), to: Day.optional() }),
    status: 200,
    answer: Quality,
    refusals: ["query.bad_parameter", "query.too_much_memory", "sql.refused"],
  },
} as const satisfies Record<string, Route>;
