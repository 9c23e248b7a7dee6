import * as z from "zod";
import { Source, type WriteKey } from "./source.ts";

const { id: _id, keys: _keys, trust, ...said } = Source.shape;

/** What an owner says of a source. Its id is given once, its keys are made and revoked apart. */
export const SourceSettings = z
  .strictObject({
    ...said,
    /** Left out: `browser` for a browser's source, else `server`. */
    trust: z.optional(trust),
  })
  .refine(({ kind, trust }) => kind !== "browser" || trust !== "server", {
    path: ["trust"],
    message: "a browser's write key can be read by anybody, so what it sends cannot be trusted like a server's",
  });
export type SourceSettings = Readonly<z.infer<typeof SourceSettings>>;

/** The source of these settings and keys. */
export function sourceOf(id: string, settings: SourceSettings, keys: readonly WriteKey[]): Source {
  const { trust = settings.kind === "browser" ? "browser" : "server", ...rest } = settings;
  return { id, ...rest, trust, keys: [...keys] };
}
