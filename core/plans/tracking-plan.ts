import * as z from "zod";

/** The kinds of events a plan can describe. An alias has neither properties nor traits. */
export const PLANNED_TYPES = ["track", "identify", "group", "page", "screen"] as const;
export type PlannedType = (typeof PLANNED_TYPES)[number];

/** A JSON Schema as it is written; `readTrackingPlan` looks it through. */
const Schema = z.record(z.string(), z.json());

export const PlannedEvent = z.strictObject({
  type: z.enum(PLANNED_TYPES).default("track"),
  /** Of a track event, as it is sent. Events of the other types have their type for a name. */
  name: z.string().min(1).max(200),
  /** Versions of one event stand side by side; senders say which they mean, or mean the highest. */
  version: z.int().positive().max(1_000_000).default(1),
  description: z.string().max(2_000).optional(),
  /** Of `properties`; for identify and group of `traits`. */
  schema: Schema,
});
export type PlannedEvent = Readonly<z.infer<typeof PlannedEvent>>;

/** What the events of a source should be. Which source is held to it, and how strictly, is said at the source. */
export const TrackingPlan = z.strictObject({
  name: z.string().trim().min(1).max(200),
  description: z.string().max(2_000).optional(),
  /** `allow`: a track event that the plan does not name is as good as any other. */
  unplannedEvents: z.enum(["report", "allow"]).default("report"),
  /** Schemas that those of the events share, referred to as `#/definitions/name`. */
  definitions: z.record(z.string().regex(/^[A-Za-z0-9_-]{1,100}$/), Schema).optional(),
  events: z.array(PlannedEvent).min(1).max(1_000),
});
export type TrackingPlan = Readonly<z.infer<typeof TrackingPlan>>;
