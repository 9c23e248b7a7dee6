import * as z from "zod";

export const Named = z.object({ type: z.string(), value: z.string() });

const LinkClass = z.enum(["human", "deterministic", "probabilistic"]);
const Act = z.enum(["merge", "split"]);

/**
 * A link as a support agent reads it. `live`: it holds; `refused`: it is kept and would break a rule, `refusal` says
 * which; `retracted`: somebody took it back, `retraction` says who. `because` says the same in words.
 */
export const ExplainedLink = z.object({
  id: z.string(),
  a: Named,
  b: Named,
  class: LinkClass,
  verdict: z.enum(["same", "different"]),
  state: z.enum(["live", "refused", "retracted"]),
  refusal: z.enum(["limit", "too_many_identifiers", "different", "untrusted", "shared", "blocked"]).nullable(),
  because: z.string(),
  source: z.string(),
  trust: z.enum(["browser", "server"]),
  weight: z.number(),
  /** The earliest evidence for it. */
  at: z.string(),
  reason: z.string().nullable(),
  /** What somebody did when they said so; `null` where it was said by itself. */
  act: Act.nullable(),
  /** Who took it back first; nulls where that was not written down. */
  retraction: z
    .object({
      who: z.string().nullable(),
      at: z.string().nullable(),
      reason: z.string().nullable(),
      act: Act.nullable(),
    })
    .nullable(),
});
export type ExplainedLink = z.infer<typeof ExplainedLink>;

/** One link of a path, and the identifier it leads to. */
const PathStep = z.object({ link: z.string(), to: Named, /** The weakest of its path. */ weakest: z.boolean() });
export type PathStep = z.infer<typeof PathStep>;

/** The weakest link of some path. Links compete by class, then by the weaker type's priority, then by weight. */
const WeakLink = z.object({
  link: z.string(),
  class: LinkClass,
  /** That of its two identifiers whose type has less priority. */
  weakerType: z.string(),
  /** 1 for the strongest type. */
  priority: z.int(),
  weight: z.number(),
  /** What the profile's identifiers would form were it retracted: one list where other links hold them together. */
  without: z.array(z.array(Named)),
  because: z.string(),
});
export type WeakLink = z.infer<typeof WeakLink>;

/** Why a profile holds the identifiers it holds, and why it does not hold those it might. */
export const Explanation = z.object({
  profileId: z.string(),
  version: z.number(),
  /** Eldest first: the first one names the profile. */
  identifiers: z.array(
    Named.extend({
      firstSeen: z.string(),
      lastSeen: z.string(),
      /** Many people use it. */
      shared: z.boolean(),
      /** The links that lead from it to the eldest, one step after the other. */
      path: z.array(PathStep),
    }),
  ),
  /** Every link that touches one of the identifiers, earliest evidence first. */
  links: z.array(ExplainedLink),
  /** On which links the profile hangs, the weakest first. */
  weakest: z.array(WeakLink),
  /** Other profiles that a refused or retracted link leads to. */
  apart: z.array(z.object({ profileId: z.string(), identifiers: z.array(Named) })),
});
export type Explanation = z.infer<typeof Explanation>;
