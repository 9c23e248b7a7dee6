import * as z from "zod";

/** What the world is shown of a person: the join over a group of identifiers. Times are ISO 8601, UTC. */
export const Profile = z.object({
  id: z.string(),
  identifiers: z.array(z.object({ type: z.string(), value: z.string(), firstSeen: z.string(), lastSeen: z.string() })),
  traits: z.record(z.string(), z.json()),
  computed: z.record(z.string(), z.json()),
  consent: z.record(z.string(), z.object({ state: z.enum(["granted", "denied"]), at: z.string(), source: z.string() })),
  segments: z.array(z.string()),
  firstSeen: z.string(),
  lastSeen: z.string(),
  /** Ids that earlier named this profile or part of it; each still leads here. */
  aliases: z.array(z.string()),
  /** Grows with every change to the component the profile is of. */
  version: z.number(),
});
export type Profile = z.infer<typeof Profile>;
