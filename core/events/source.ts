import * as z from "zod";

/** How far a sender may be believed: a browser's write key is public, a server's is not. */
export type Trust = "browser" | "server";

/**
 * Where events come from. Its write keys are kept as digests only; whoever reads the store cannot send in its name.
 */
export const Source = z.object({
  id: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/),
  name: z.string().min(1).max(200),
  trust: z.enum(["browser", "server"]),
  enabled: z.boolean().default(true),
  /** SHA-256 (base64url, whole) of each valid write key: two while a key is rotated. */
  keyHashes: z.array(z.string()).max(2),
});
export type Source = Readonly<z.infer<typeof Source>>;
