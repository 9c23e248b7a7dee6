import type { IdentifierKey } from "#core/kernel/identifier.ts";
import type { ProfileStore, Stored, StoreWrite } from "#core/profiles/ports.ts";

/** Keeps everything in a map: for tests, and as the plainest reading of what the port promises. */
export interface MemoryProfileStore extends ProfileStore {
  /** All that stands, for looking at the whole. */
  readonly all: ReadonlyMap<IdentifierKey, Stored>;
}

export function memoryProfileStore(): MemoryProfileStore {
  const all = new Map<IdentifierKey, Stored>();
  const versionAt = (key: IdentifierKey): number => all.get(key)?.version ?? 0;
  const make = (list: readonly StoreWrite[]): boolean => {
    if (list.some(({ key, expected }) => versionAt(key) !== expected)) return false;
    for (const { key, next } of list) all.set(key, next);
    return true;
  };
  return {
    all,
    read: async (keys) => {
      const found = new Map<IdentifierKey, Stored>();
      for (const key of keys) {
        const stored = all.get(key);
        if (stored !== undefined) found.set(key, stored);
      }
      return found;
    },
    write: async (lists) => new Set(lists.flatMap((list, position) => (make(list) ? [] : [position]))),
  };
}
