import type { ImportProgress } from "#core/imports/import-progress.ts";
import type { ImportLedger } from "#core/imports/ports.ts";

/** Remembers imports as long as it lives. */
export function memoryImportLedger(): ImportLedger {
  const kept = new Map<string, ImportProgress>();
  return {
    get: async (id) => kept.get(id),
    put: async (progress) => {
      kept.set(progress.id, progress);
    },
    list: async () => [...kept.values()].sort((a, b) => b.startedAt - a.startedAt),
  };
}
