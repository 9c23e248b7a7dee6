import * as z from "zod";
import { PLANNED_TYPES, TrackingPlan } from "#core/plans/tracking-plan.ts";
import { DefinitionId, Instant, Time, Versioned } from "./fields.ts";
import type { Route } from "./route.ts";

const definition = TrackingPlan.shape;

const ShownPlan = Versioned.extend(definition);

/** An answer may be sent back as it came: what only we say is not looked at. */
const answered = { updatedAt: z.string().optional() };
const PlanAsked = z.object({ ...definition, id: DefinitionId.optional(), ...answered });
const PlanChanged = z.object({ ...definition, version: z.int().positive().optional(), ...answered });

/** A body that is read by `readTrackingPlan`, which can say better than a schema what is wrong. */
const body = z.looseObject({});

const Sample = z.object({
  /** Of an event its message id; of a refused one the id under which it is kept, for `/api/bad-events`. */
  id: z.string(),
  source: z.string(),
  receivedAt: Time,
  refused: z.boolean(),
});

const Counted = z.object({
  event: z.string(),
  /** Events that have it, and how many of these were refused and kept. */
  count: z.number(),
  refused: z.number(),
  /** The latest. */
  sample: Sample,
});

export const Violations = z.object({
  /** From when on they were looked for. */
  since: Time,
  /** The sources that are held to the plan now, and so were looked at. */
  sources: z.array(z.string()),
  /** What is wrong, by event, path (`$` is any place in a list) and problem; most first. */
  violations: z.array(Counted.extend({ path: z.string(), problem: z.string() })),
  /** Names that the plan does not know. */
  unplannedEvents: z.array(Counted),
  /** There are more kinds than were counted: the rarest are left out. Absent where these are all. */
  truncated: z.literal(true).optional(),
});

export const InferenceAsked = z.strictObject({
  /** What the draft is called. */
  name: z.string().trim().min(1).max(200).default("Draft"),
  source: z.string().optional(),
  /** By default the last 30 days. */
  since: Instant.optional(),
  /** How many events of each name are looked at, the latest. */
  sampleSize: z.int().min(1).max(1_000).default(200),
});

export const Inference = z.object({
  /** To be gone over, and then sent to `POST /api/tracking-plans`. */
  plan: TrackingPlan,
  /** How many events it was made from. */
  sampled: z.number(),
});

const Properties = z.record(z.string(), z.json());

/** An event as a client sends it, as far as a plan speaks of it. */
export const CheckAsked = z.looseObject({
  type: z.enum(PLANNED_TYPES).default("track"),
  event: z.string().optional(),
  properties: Properties.default({}),
  traits: Properties.default({}),
  context: Properties.default({}),
});

const Check = z.object({
  status: z.enum(["planned", "unplanned", "violating"]),
  problems: z.array(z.object({ path: z.string(), message: z.string() })),
  /** What would be left of it where the plan omits what it does not know. */
  omitted: z.object({ properties: Properties, traits: Properties, context: Properties }),
});

const badPlan = ["tracking_plan.bad_definition", "tracking_plan.bad_schema"] as const;

export const TRACKING_PLAN_ROUTES = {
  listTrackingPlans: {
    method: "GET",
    path: "/api/tracking-plans",
    summary: "All tracking plans",
    status: 200,
    answer: z.object({ trackingPlans: z.array(ShownPlan) }),
    refusals: [],
  },
  createTrackingPlan: {
    method: "POST",
    path: "/api/tracking-plans",
    summary: "A new tracking plan; its id is made of its name unless one is given",
    body,
    published: PlanAsked,
    status: 201,
    answer: ShownPlan,
    refusals: [...badPlan, "definition.bad_id", "definition.exists"],
  },
  getTrackingPlan: {
    method: "GET",
    path: "/api/tracking-plans/{id}",
    summary: "A tracking plan",
    status: 200,
    answer: ShownPlan,
    refusals: ["tracking_plan.not_found"],
  },
  replaceTrackingPlan: {
    method: "PUT",
    path: "/api/tracking-plans/{id}",
    summary:
      "Changes a tracking plan; `version` or If-Match names the version that is changed. Held to everywhere within a minute",
    body,
    published: PlanChanged,
    status: 200,
    answer: ShownPlan,
    refusals: [...badPlan, "tracking_plan.not_found", "definition.version_needed", "definition.changed"],
  },
  deleteTrackingPlan: {
    method: "DELETE",
    path: "/api/tracking-plans/{id}",
    summary: "Deletes a tracking plan that no source is held to",
    status: 200,
    answer: z.object({ id: z.string(), deleted: z.literal(true) }),
    refusals: ["tracking_plan.not_found", "tracking_plan.in_use"],
  },
  trackingPlanViolations: {
    method: "GET",
    path: "/api/tracking-plans/{id}/violations",
    summary: "What events did against a plan, counted, with a sample each; the last 30 days unless `since` says else",
    query: z.object({ since: Instant.optional(), source: z.string().optional() }),
    status: 200,
    answer: Violations,
    refusals: ["tracking_plan.not_found"],
  },
  checkTrackingPlan: {
    method: "POST",
    path: "/api/tracking-plans/{id}/check",
    summary: "How an event stands to a plan, without sending it",
    body: CheckAsked,
    status: 200,
    answer: Check,
    refusals: ["tracking_plan.not_found"],
  },
  inferTrackingPlan: {
    method: "POST",
    path: "/api/tracking-plans/infer",
    summary: "A draft of a plan from events that came in; it is not stored",
    body: InferenceAsked,
    status: 200,
    answer: Inference,
    refusals: ["tracking_plan.nothing_to_infer"],
  },
} as const satisfies Record<string, Route>;
