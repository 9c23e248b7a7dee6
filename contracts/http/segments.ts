import * as z from "zod";
import { Condition } from "#core/segments/condition.ts";
import { SegmentDefinition } from "#core/segments/segment-definition.ts";
import { DefinitionId, Instant, Next, PageQuery, Time, Versioned } from "./fields.ts";
import type { Route } from "./route.ts";
import { Freshness, Sentence } from "./segment-fields.ts";

const definition = SegmentDefinition.shape;

export const Segment = Versioned.extend({
  ...definition,
  sentence: Sentence,
  /** How its kept members are found, and when they last were. What is asked of a segment is always evaluated anew. */
  freshness: Freshness,
});

/** An answer may be sent back as it came: what only we say is not looked at. */
const answered = {
  updatedAt: z.string().optional(),
  sentence: z.unknown().optional(),
  freshness: z.unknown().optional(),
};
const SegmentAsked = z.object({ ...definition, id: DefinitionId.optional(), ...answered });
const SegmentChanged = z.object({ ...definition, version: z.int().positive().optional(), ...answered });

const PreviewAsked = z.strictObject({ condition: Condition, now: Instant.optional() });

export const Preview = z.object({
  /** How many people it means at `now`. */
  count: z.number(),
  /** Profile ids of some of them. */
  sample: z.array(z.string()),
  sentence: Sentence,
  /** The query that finds them, in the dialect of the engine that ran it. */
  sql: z.string(),
  now: Time,
  /** How long it took, in ms. */
  tookMs: z.number(),
  /**
   * What one evaluation reads: `measured` by the engine, or, where it does not count, all of the `columns` it looks
   * into; and what Athena asks for that, at least for 10 MB. `null` where nobody can say.
   */
  cost: z.object({ bytes: z.number(), usd: z.number(), by: z.enum(["measured", "columns"]) }).nullable(),
  freshness: Freshness,
});

export const Members = z.object({
  segmentId: z.string(),
  version: z.int(),
  /** The instant at which membership was evaluated: the same on every page. */
  now: Time,
  count: z.number(),
  /** Profile ids, in text order. */
  members: z.array(z.string()),
  next: Next,
});

/** A body that is read by `readSegmentDefinition`, which can say better than a schema what is wrong. */
const body = z.looseObject({});

const badSegment = [
  "segment.bad_definition",
  "segment.bad_condition",
  "segment.too_deep",
  "segment.too_large",
  "segment.unknown_segment",
  "segment.unknown_list",
  "segment.archived",
  "segment.cycle",
] as const;

export const SEGMENT_ROUTES = {
  listSegments: {
    method: "GET",
    path: "/api/segments",
    summary: "All segments that are in use; with `archived=true` those that were put away too",
    query: z.object({ archived: z.enum(["true", "false"]).default("false") }),
    status: 200,
    answer: z.object({ segments: z.array(Segment) }),
    refusals: [],
  },
  createSegment: {
    method: "POST",
    path: "/api/segments",
    summary: "A new segment; its id is made of its name unless one is given",
    body,
    published: SegmentAsked,
    status: 201,
    answer: Segment,
    refusals: [...badSegment, "definition.bad_id", "definition.exists"],
  },
  getSegment: {
    method: "GET",
    path: "/api/segments/{id}",
    summary: "A segment",
    status: 200,
    answer: Segment,
    refusals: ["segment.not_found"],
  },
  replaceSegment: {
    method: "PUT",
    path: "/api/segments/{id}",
    summary: "Changes a segment; `version` or If-Match names the version that is changed",
    body,
    published: SegmentChanged,
    status: 200,
    answer: Segment,
    refusals: [...badSegment, "segment.not_found", "definition.version_needed", "definition.changed"],
  },
  deleteSegment: {
    method: "DELETE",
    path: "/api/segments/{id}",
    summary: "Deletes a segment that nothing else uses",
    status: 200,
    answer: z.object({ id: z.string(), deleted: z.literal(true) }),
    refusals: ["segment.not_found", "segment.in_use"],
  },
  previewSegment: {
    method: "POST",
    path: "/api/segments/preview",
    summary: "Whom a condition means, before it is a segment",
    body,
    published: PreviewAsked,
    status: 200,
    answer: Preview,
    refusals: [...badSegment, "segment.too_slow"],
  },
  segmentMembers: {
    method: "GET",
    path: "/api/segments/{id}/members",
    summary: "Who is in a segment at an instant (`now`, by default the present)",
    query: PageQuery.extend({ now: Instant.optional() }),
    status: 200,
    answer: Members,
    refusals: ["segment.not_found", "segment.unknown_segment", "segment.cycle", "segment.too_large", "page.bad_cursor"],
  },
} as const satisfies Record<string, Route>;
