import { hash } from "node:crypto";
import type { Sources } from "#core/events/ports.ts";
import type { Source } from "#core/events/source.ts";

export function memorySources(sources: readonly Source[]): Sources {
  const byHash = new Map(sources.flatMap((source) => source.keyHashes.map((keyHash) => [keyHash, source] as const)));
  return { byWriteKey: async (writeKey) => byHash.get(hash("sha256", writeKey, "base64url")) };
}
