import * as z from "zod/mini";

/** What the owner may decide about identity. Every field has a default; `docs/decisions/0033-other-rules.md` says what changing one does. */
export const IdentityRules = z.object({
  /** Types that weigh more when two links compete, strongest first. Types not listed weigh least, in text order. */
  priority: z._default(z.array(z.string()), ["user_id", "external_id", "email", "phone", "device_id", "anonymous_id"]),
  /** At most so many values of a type in one profile; 0 means: never identify by it. Absent: no limit. */
  limits: z._default(z.record(z.string(), z.int().check(z.nonnegative())), { user_id: 1 }),
  /** At most so many identifiers in one profile. */
  maxIdentifiers: z._default(z.int().check(z.positive()), 100),
  /** A component with more identifiers than this is quarantined: it grows no further, and says so. */
  quarantineAbove: z._default(z.int().check(z.positive()), 500),
  /** An identifier linked to more people than this is shared (a kiosk, a front desk) and identifies nobody. */
  sharedAbove: z._default(z.int().check(z.positive()), 10),
  /**
   * So many of its latest events each identifier remembers, in short. By these a repetition is told too: fewer than 32
   * would not remember the uploads that clients repeat.
   */
  recentEvents: z._default(z.int().check(z.gte(32), z.lte(200)), 50),
  /** Where a phone number without a country code is from (ISO 3166-1 alpha-2). */
  phoneRegion: z._default(z.string().check(z.length(2)), "FR"),
  /** Values that identify nobody, beside the built-in ones, per type or for every type under `*`. */
  blocked: z._default(z.record(z.string(), z.array(z.string())), {}),
  /** The same as regular expressions, matched against the whole value. */
  blockedPatterns: z._default(z.record(z.string(), z.array(z.string())), {}),
});
export type IdentityRules = Readonly<z.infer<typeof IdentityRules>>;

export const defaultIdentityRules: IdentityRules = IdentityRules.parse({});
