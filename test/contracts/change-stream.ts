import type { IdentifierKey } from "#core/kernel/identifier.ts";
import type { ComponentChange } from "#core/profiles/absorb-events.flow.ts";
import type { ProfileStore, Stored, StoreWrite } from "#core/profiles/ports.ts";

/** Remembers, as a DynamoDB stream does, every change that was made of what stands at a key. */
export interface ChangeStream {
  /** In the order in which they were made, for each key. */
  readonly changes: readonly ComponentChange[];
  /** A write that was made, whether or not whoever asked for it heard of that. */
  readonly note: (made: StoreWrite) => void;
}

export function changeStream(): ChangeStream {
  const changes: ComponentChange[] = [];
  const versions = new Map<IdentifierKey, Map<number, Stored>>();
  return {
    changes,
    note: ({ key, expected, next }) => {
      const known = versions.get(key) ?? new Map<number, Stored>();
      changes.push({ key, before: known.get(expected), after: next });
      versions.set(key, known.set(next.version, next));
    },
  };
}

/** The store, and what it did, for a store that always says what it did. */
export function streamingStore(store: ProfileStore): { readonly store: ProfileStore; readonly stream: ChangeStream } {
  const stream = changeStream();
  return {
    stream,
    store: {
      read: (keys, options) => store.read(keys, options),
      write: async (lists) => {
        const refused = await store.write(lists);
        lists.forEach((list, position) => {
          if (!refused.has(position)) list.forEach(stream.note);
        });
        return refused;
      },
    },
  };
}
