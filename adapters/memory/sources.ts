import type { Sources } from "#core/events/ports.ts";
import type { Source } from "#core/events/source.ts";
import { hasKey } from "#core/events/source-keys.ts";
import { writeKeyHash } from "#core/events/write-key-hash.ts";

export function memorySources(sources: readonly Source[]): Sources {
  const byHash = new Map(sources.flatMap((source) => source.keys.map(({ hash }) => [hash, source] as const)));
  return {
    byWriteKey: async (writeKey) => {
      const keyHash = writeKeyHash(writeKey);
      const source = byHash.get(keyHash);
      return source !== undefined && hasKey(source, keyHash) ? source : undefined;
    },
  };
}
