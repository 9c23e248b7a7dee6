import * as z from "zod";

const Named = z.object({ type: z.string(), value: z.string() });

/**
 * A link as a support agent reads it. `live`: it holds; `refused`: it is kept and would break a rule, `refusal` says
 * which; `retracted`: somebody took it back. `because` says the same in words.
 */
export const ExplainedLink = z.object({
  id: z.string(),
  a: Named,
  b: Named,
  class: z.enum(["human", "deterministic", "probabilistic"]),
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
});
export type ExplainedLink = z.infer<typeof ExplainedLink>;

/** Why a profile holds the identifiers it holds, and why it does not hold those it might. */
export const Explanation = z.object({
  profileId: z.string(),
  version: z.number(),
  /** Eldest first: the first one names the profile. */
  identifiers: z.array(
    Named.extend({ firstSeen: z.string(), lastSeen: z.string(), /** Many people use it. */ shared: z.boolean() }),
  ),
  /** Every link that touches one of the identifiers, earliest evidence first. */
  links: z.array(ExplainedLink),
  /** Other profiles that a refused or retracted link leads to. */
  apart: z.array(z.object({ profileId: z.string(), identifiers: z.array(Named) })),
});
export type Explanation = z.infer<typeof Explanation>;
