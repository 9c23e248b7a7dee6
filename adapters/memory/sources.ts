import type { Sources } from "#core/events/ports.ts";
import type { Source } from "#core/events/source.ts";
import { writeKeyHash } from "#core/events/write-key-hash.ts";

export function memorySources(sources: readonly Source[]): Sources {
  const byHash = new Map(sources.flatMap((source) => source.keys.map(({ hash }) => [hash, source] as const)));
  return { byWriteKey: async (writeKey) => byHash.get(writeKeyHash(writeKey)) };
}
