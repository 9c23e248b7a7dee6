import * as z from "zod";

/** What the owner may decide about identity. Every field has a default; changing one calls for a rebuild. */
export const IdentityRules = z.object({
  /** Types that weigh more when two links compete, strongest first. Types not listed weigh least, in text order. */
  priority: z.array(z.string()).default(["user_id", "external_id", "email", "phone", "device_id", "anonymous_id"]),
  /** At most so many values of a type in one profile; 0 means: never identify by it. Absent: no limit. */
  limits: z.record(z.string(), z.int().nonnegative()).default({ user_id: 1 }),
  /** At most so many identifiers in one profile. */
  maxIdentifiers: z.int().positive().default(100),
  /** A component with more identifiers than this is quarantined: it grows no further, and says so. */
  quarantineAbove: z.int().positive().default(500),
  /** An identifier linked to more people than this is shared (a kiosk, a front desk) and identifies nobody. */
  sharedAbove: z.int().positive().default(10),
  /** Where a phone number without a country code is from (ISO 3166-1 alpha-2). */
  phoneRegion: z.string().length(2).default("FR"),
  /** Values that identify nobody, beside the built-in ones, per type or for every type under `*`. */
  blocked: z.record(z.string(), z.array(z.string())).default({}),
  /** The same as regular expressions, matched against the whole value. */
  blockedPatterns: z.record(z.string(), z.array(z.string())).default({}),
});
export type IdentityRules = Readonly<z.infer<typeof IdentityRules>>;

export const defaultIdentityRules: IdentityRules = IdentityRules.parse({});
