import * as z from "zod";
import { Named } from "#core/profiles/explanation.ts";
import { Time } from "./fields.ts";
import type { Route } from "./route.ts";

/** Why somebody does what they do. Whoever reads the history of the profile later reads this. */
export const Reason = z.string().trim().min(1).max(500);

/** `type:value`, or its two parts. */
const NamedOrText = z.union([
  z.string().min(1).max(1_100),
  z.strictObject({ type: z.string().min(1).max(40), value: z.union([z.string().min(1).max(1_000), z.number()]) }),
]);

const MergeAsked = z.strictObject({
  /** The other profile, by one of its identifiers, `type:value`, or by its id, `id:…`. */
  with: z.string().min(1).max(1_100),
  reason: Reason,
  /** Only says what would be done. */
  dryRun: z.boolean().default(false),
});

const SplitAsked = z.strictObject({
  /** The identifiers of this profile that are another person's; the others stay. */
  identifiers: z.array(NamedOrText).min(1).max(1_000),
  reason: Reason,
  dryRun: z.boolean().default(false),
});

const Said = z.object({
  id: z.string(),
  a: Named,
  b: Named,
  verdict: z.enum(["same", "different"]),
  /** Who had said it; of what is asserted: who asks. */
  source: z.string(),
});

/** What a merge or a split says about links, and the profiles that come of it. */
const Shaped = z.object({
  act: z.enum(["merge", "split"]),
  /** Nothing was said: this is what would be. */
  dryRun: z.boolean(),
  who: z.string(),
  reason: z.string(),
  at: Time,
  asserted: z.array(Said),
  retracted: z.array(Said),
  /** The profiles that hold the identifiers concerned once it is taken in, which is a moment after the answer. */
  profiles: z.array(z.object({ id: z.string(), identifiers: z.array(Named) })),
  words: z.string(),
});

const Act = z.object({
  /** What was done: a link by itself, a merge or a split. */
  act: z.enum(["link", "merge", "split"]),
  change: z.enum(["asserted", "retracted"]),
  verdict: z.enum(["same", "different"]),
  class: z.enum(["human", "deterministic", "probabilistic"]),
  link: z.string(),
  a: z.string(),
  b: z.string(),
  who: z.string().nullable(),
  reason: z.string().nullable(),
  at: Time.nullable(),
});

/**
 * One step in the life of a profile. `began`: it was first known; `grew`: identifiers joined it; `merged`: another
 * profile became part of it; `shrank`: identifiers left it; `renamed`: only its id changed; `said`: somebody's decision
 * that moved nobody.
 */
const HistoryEntry = z.object({
  kind: z.enum(["began", "grew", "merged", "shrank", "renamed", "said"]),
  /** When it was taken in. */
  at: Time,
  profileId: z.string().nullable(),
  previousProfileId: z.string().nullable(),
  joined: z.array(z.object({ identifier: z.string(), from: z.string().nullable() })),
  left: z.array(z.object({ identifier: z.string(), to: z.string() })),
  /** What people decided that led to it. */
  acts: z.array(Act),
  words: z.string(),
});

export const History = z.object({
  profileId: z.string(),
  /** The identifier whose profile is followed. */
  identifier: z.string(),
  /** Earliest first. From the lake, which follows within seconds to minutes. */
  entries: z.array(HistoryEntry),
  /** There was more to read than is read at once: the earliest steps are missing. */
  truncated: z.literal(true).optional(),
});

export const PROFILE_SHAPE_ROUTES = {
  mergeProfile: {
    method: "POST",
    path: "/api/profiles/{identifier}/merge",
    summary: "Makes two profiles one; durable when answered, the profile follows",
    body: MergeAsked,
    status: 200,
    answer: Shaped,
    refusals: ["identifier.malformed", "identifier.unusable", "profile.not_found", "merge.refused"],
  },
  splitProfile: {
    method: "POST",
    path: "/api/profiles/{identifier}/split",
    summary: "Parts identifiers off a profile, and exactly those; durable when answered, the profile follows",
    body: SplitAsked,
    status: 200,
    answer: Shaped,
    refusals: [
      "identifier.malformed",
      "identifier.unusable",
      "profile.not_found",
      "split.not_in_profile",
      "split.nothing_left",
      "split.not_possible",
    ],
  },
  profileHistory: {
    method: "GET",
    path: "/api/profiles/{identifier}/history",
    summary: "How the profile came to its identifiers: who joined and left, by what and by whom, and why",
    status: 200,
    answer: History,
    refusals: ["identifier.malformed", "identifier.unusable", "profile.not_found"],
  },
} as const satisfies Record<string, Route>;
