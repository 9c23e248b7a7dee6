import type { Sources } from "#core/events/ports.ts";
import type { Source } from "#core/events/source.ts";
import { writeKeyHash } from "#core/events/write-key-hash.ts";
import type { Definitions } from "#core/kernel/ports.ts";

/** How long a change of a source may go unnoticed, in ms. */
const FRESH_MS = 5_000;

/**
 * Sources by write key, from their definitions. Looking up a digest takes no longer for a nearly right key than for a
 * wrong one, so no answer's timing tells anything about a key.
 */
export function localSources(definitions: Definitions<Source>, now: () => number = Date.now): Sources {
  let byHash = new Map<string, Source>();
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;
  const read = async (): Promise<void> => {
    const all = await definitions.list();
    byHash = new Map(all.flatMap(({ definition }) => definition.keys.map(({ hash }) => [hash, definition])));
    readAt = now();
    reading = undefined;
  };
  return {
    byWriteKey: async (writeKey) => {
      if (now() - readAt > FRESH_MS) {
        reading ??= read();
        await reading;
      }
      return byHash.get(writeKeyHash(writeKey));
    },
  };
}
