import type { Sources } from "#core/events/ports.ts";
import type { Source } from "#core/events/source.ts";
import { hasKey } from "#core/events/source-keys.ts";
import { writeKeyHash } from "#core/events/write-key-hash.ts";
import type { Definitions } from "#core/kernel/ports.ts";

/** How long a change that another process made may go unnoticed, in ms. */
const FRESH_MS = 5_000;

export interface LocalSources extends Sources {
  /** The same definitions. What is changed through these is noticed at once. */
  readonly definitions: Definitions<Source>;
}

/**
 * Sources by write key, from their definitions. A key is looked up by its digest and compared in constant time, so no
 * answer's timing tells anything about a key.
 */
export function localSources(kept: Definitions<Source>, now: () => number = Date.now): LocalSources {
  let byHash = new Map<string, Source>();
  let readAt = Number.NEGATIVE_INFINITY;
  let changes = 0;
  let reading: Promise<void> | undefined;
  const read = async (): Promise<void> => {
    const before = changes;
    try {
      const all = await kept.list();
      byHash = new Map(all.flatMap(({ definition }) => definition.keys.map(({ hash }) => [hash, definition])));
      // What changed while it was being read is read again.
      if (changes === before) readAt = now();
    } finally {
      reading = undefined;
    }
  };
  const changed = async <T>(change: Promise<T>): Promise<T> => {
    try {
      return await change;
    } finally {
      changes += 1;
      readAt = Number.NEGATIVE_INFINITY;
    }
  };
  return {
    definitions: {
      ...kept,
      put: (id, source, expected) => changed(kept.put(id, source, expected)),
      delete: (id) => changed(kept.delete(id)),
    },
    byWriteKey: async (writeKey) => {
      if (now() - readAt > FRESH_MS) {
        reading ??= read();
        await reading;
      }
      const keyHash = writeKeyHash(writeKey);
      const source = byHash.get(keyHash);
      return source !== undefined && hasKey(source, keyHash) ? source : undefined;
    },
  };
}
