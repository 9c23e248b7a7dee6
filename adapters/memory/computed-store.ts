import type { ComputedStore, StoredComputed } from "#core/computed/ports.ts";

export function memoryComputedStore(): ComputedStore {
  const all = new Map<string, StoredComputed>();
  return {
    read: async (ids) => new Map(ids.flatMap((id) => (all.has(id) ? [[id, all.get(id) as StoredComputed]] : []))),
    write: async (writes) => {
      for (const { profileId, run, computed } of writes) {
        if ((all.get(profileId)?.run ?? 0) > run) continue;
        if (computed === undefined) all.delete(profileId);
        // A copy, as a real store keeps one.
        else all.set(profileId, { run, computed: structuredClone(computed) });
      }
    },
  };
}
