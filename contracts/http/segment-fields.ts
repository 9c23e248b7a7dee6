import * as z from "zod";
import { Time } from "./fields.ts";

/** Something in words that a marketer reads. */
export const Sentence = z.object({ en: z.string(), fr: z.string() });

/**
 * How a segment's members are found who are kept as such (for changes, sizes and profiles): as each profile, list or
 * computed trait changes, or by runs; and the last run, `null` before the first.
 */
export const Freshness = z.object({
  kind: z.enum(["real_time", "scheduled"]),
  /** Computed traits by whose values it goes: of these it is as fresh as their last refresh. Absent where there are none. */
  computedTraits: z.array(z.string()).optional(),
  evaluatedAt: Time.nullable(),
  members: z.number().nullable(),
});
