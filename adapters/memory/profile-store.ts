import type { IdentifierKey } from "#core/kernel/identifier.ts";
import type { ComponentPages, ProfileStore, Stored, StoreWrite } from "#core/profiles/ports.ts";

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

/** Its components, by key. */
export function memoryComponentPages({ all }: Pick<MemoryProfileStore, "all">): ComponentPages {
  return {
    size: async () => all.size,
    page: async (after, limit) => {
      const keys = [...all.keys()].filter((key) => after === undefined || key > after).sort();
      const looked = keys.slice(0, limit);
      const components = looked.flatMap((key) => {
        const stored = all.get(key);
        return stored?.kind === "component" ? [{ key, version: stored.version, component: stored.component }] : [];
      });
      const last = looked.at(-1);
      const isLast = keys.length <= limit || last === undefined;
      return { components, looked: looked.length, ...(isLast ? {} : { next: last }) };
    },
  };
}
