import type { IdentifierKey } from "#core/kernel/identifier.ts";
import type { ComponentChange } from "#core/profiles/absorb-events.flow.ts";
import type { ProfileStore, Stored, StoreWrite } from "#core/profiles/ports.ts";

/** A store that remembers, as a DynamoDB stream does, every change that was made of what stands at a key. */
export interface StreamingStore extends ProfileStore {
  /** In the order in which they were made, for each key: whoever asked for the change may never have heard of it. */
  readonly changes: readonly ComponentChange[];
}

export function streamingStore(store: ProfileStore): StreamingStore {
  const changes: ComponentChange[] = [];
  const versions = new Map<IdentifierKey, Map<number, Stored>>();
  const note = ({ key, expected, next }: StoreWrite): void => {
    const known = versions.get(key) ?? new Map<number, Stored>();
    changes.push({ key, before: known.get(expected), after: next });
    versions.set(key, known.set(next.version, next));
  };
  return {
    changes,
    read: (keys, options) => store.read(keys, options),
    write: async (lists) => {
      const refused = await store.write(lists);
      lists.forEach((list, position) => {
        if (!refused.has(position)) list.forEach(note);
      });
      return refused;
    },
  };
}
