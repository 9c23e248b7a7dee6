import * as z from "zod";
import { Instant, Time } from "./fields.ts";
import type { Route } from "./route.ts";
import { Sentence } from "./segment-fields.ts";
import { Segment } from "./segments.ts";

const Version = z.object({
  version: z.int().positive(),
  updatedAt: Time,
  /** Whether this is what the segment means today. */
  current: z.boolean(),
  name: z.string(),
  condition: z.unknown(),
  archived: z.literal(true).optional(),
  sentence: Sentence,
});

const Overlap = z.object({
  a: z.object({ id: z.string(), version: z.int(), members: z.number() }),
  b: z.object({ id: z.string(), version: z.int(), members: z.number() }),
  both: z.number(),
  onlyA: z.number(),
  onlyB: z.number(),
  /** Of all who are in either, the share that is in both: 0 to 1, and `null` where nobody is in either. */
  jaccard: z.number().nullable(),
  now: Time,
});

const History = z.object({
  segmentId: z.string(),
  /** By UTC day, oldest first: only days on which anything changed. */
  days: z.array(
    z.object({
      day: z.string(),
      entered: z.number(),
      left: z.number(),
      /** Who was in by the end of the day. */
      members: z.number(),
    }),
  ),
});

/** An event that counted: latest first. `step` is its place in a sequence, from 1. */
const Counted = z.object({
  event: z.string(),
  at: Time,
  source: z.string(),
  messageId: z.string(),
  step: z.int().positive().optional(),
});

const leaf = z.object({
  kind: z.enum(["all", "any", "not", "segment", "trait", "computed", "consent", "list", "event", "sequence"]),
  /** Whether it is true of the person. */
  verdict: z.boolean(),
  /** What is asked. */
  sentence: Sentence,
  /** What was found, of conditions that hold no others. */
  found: Sentence.optional(),
  /** The value as it is, of traits, computed traits and consent; `null` where there is none. */
  value: z.unknown().optional(),
  /** Which event of which source said so, and when. */
  said: z.object({ at: Time, source: z.string().nullable(), event: z.string() }).optional(),
  /** When events must have happened: from, inclusive, to, exclusive. */
  window: z.object({ from: Time.nullable(), to: Time }).optional(),
  /** What was measured of the events that counted: a number, or a time. */
  measured: z.union([z.number(), z.string()]).nullable().optional(),
  counted: z.number().optional(),
  /** The latest of the events that counted. */
  events: z.array(Counted).optional(),
  segmentId: z.string().optional(),
  listId: z.string().optional(),
});

/** A condition with its verdict for one person, and the same for each condition in it. */
export interface Explained extends z.infer<typeof leaf> {
  readonly parts?: readonly Explained[] | undefined;
}
const Node: z.ZodType<Explained> = leaf
  .extend({ parts: z.array(z.lazy(() => Node)).optional() })
  .meta({ id: "ExplainedCondition" });

const Explanation = z.object({
  segmentId: z.string(),
  version: z.int(),
  profileId: z.string(),
  now: Time,
  member: z.boolean(),
  /** Whether the lake knows the person yet; until it does they are in no segment. */
  inLake: z.boolean(),
  condition: Node,
});

const ofSegment = ["segment.not_found", "segment.unknown_segment", "segment.cycle", "segment.too_large"] as const;
const changing = ["segment.not_found", "definition.changed"] as const;

/** Whom else the change concerns: they are told, and nothing is done to them. */
const Users = z.object({ segments: z.array(z.string()), campaigns: z.array(z.string()) });

export const SEGMENT_INSIGHT_ROUTES = {
  segmentVersions: {
    method: "GET",
    path: "/api/segments/{id}/versions",
    summary: "What the segment meant, version by version, latest first",
    query: z.object({
      limit: z.coerce.number().int().min(1).max(100).default(20),
      before: z.coerce.number().int().min(1).optional(),
    }),
    status: 200,
    answer: z.object({ segmentId: z.string(), versions: z.array(Version), next: z.int().nullable() }),
    refusals: ["segment.not_found"],
  },
  segmentOverlap: {
    method: "GET",
    path: "/api/segments/{id}/overlap",
    summary: "How many are in this segment, in another (`with`), and in both, at one instant",
    query: z.object({ with: z.string().min(1).max(100), now: Instant.optional() }),
    status: 200,
    answer: Overlap,
    refusals: [...ofSegment, "segment.too_slow"],
  },
  segmentHistory: {
    method: "GET",
    path: "/api/segments/{id}/history",
    summary: "How many came, left and were in, day by day, as evaluations found it",
    query: z.object({ since: Instant.optional(), until: Instant.optional() }),
    status: 200,
    answer: History,
    refusals: ["segment.not_found"],
  },
  explainMember: {
    method: "GET",
    path: "/api/segments/{id}/explain",
    summary:
      "Why a person (`profile=type:value`, or `id:…`) is in the segment or is not: each condition, and the evidence",
    query: z.object({ profile: z.string().min(1).max(1_000), now: Instant.optional() }),
    status: 200,
    answer: Explanation,
    refusals: [
      ...ofSegment,
      "segment.too_much_to_explain",
      "identifier.malformed",
      "identifier.unusable",
      "profile.not_found",
    ],
  },
  archiveSegment: {
    method: "POST",
    path: "/api/segments/{id}/archive",
    summary: "Puts a segment away: evaluated no more, listed no more, and nothing new may refer to it",
    status: 200,
    answer: Segment.extend({ usedBy: Users }),
    refusals: changing,
  },
  restoreSegment: {
    method: "POST",
    path: "/api/segments/{id}/restore",
    summary: "Takes an archived segment back into use",
    status: 200,
    answer: Segment.extend({ usedBy: Users }),
    refusals: changing,
  },
  evaluateSegment: {
    method: "POST",
    path: "/api/segments/{id}/evaluate",
    summary: "Has the segment's members found now, and who came and left told, without waiting for the schedule",
    status: 202,
    answer: z.object({ segmentId: z.string(), runId: z.string(), now: Time }),
    refusals: ["segment.not_found", "segment.archived"],
  },
} as const satisfies Record<string, Route>;
