import { openDatabase } from "#adapters/local/database.ts";
import { PROGRESS_SCHEMA } from "#adapters/local/progress-store.ts";
import { openRetellingStore } from "#adapters/local/retelling-store.ts";
import { sqliteComponentPages } from "#adapters/local/sqlite-component-pages.ts";
import { PROFILES_SCHEMA } from "#adapters/local/sqlite-profile-store.ts";
import { defaultIdentityRules, type IdentityRules } from "#core/identity/identity-rules.ts";
import { canonicalJson } from "#core/kernel/json.ts";
import type { IdentityPorts } from "#lambdas/api/ports.ts";
import type { DataFolder } from "#local/data-folder.ts";
import { keepRules } from "./rules-file.ts";

export interface LocalIdentity extends IdentityPorts {
  close(): void;
}

/**
 * Rules of identity on one machine: a file in the data folder. Whoever processes the folder reads it, tells the lake
 * what it changes, and keeps beside the profiles how far that is.
 */
export function openLocalIdentity(
  folder: DataFolder,
  rules: { readonly now: () => IdentityRules; readonly changed: (rules: IdentityRules) => void },
): LocalIdentity {
  const database = openDatabase(folder.profiles, PROFILES_SCHEMA + PROGRESS_SCHEMA);
  const pages = sqliteComponentPages(database);
  const kept = openRetellingStore(database);
  // One change at a time: the file and those who go by it must not end with different rules.
  let changing: Promise<void> = Promise.resolve();
  const changeAfter = async (earlier: Promise<void>, next: IdentityRules): Promise<void> => {
    await earlier;
    await keepRules(folder, next);
    rules.changed(next);
  };
  return {
    pages,
    before: undefined,
    retelling: async () => {
      const retelling = kept.retelling();
      if (retelling !== undefined)
        return { looked: retelling.looked, of: Math.max(await pages.size(), retelling.looked) };
      // Processing may not have looked at the file yet.
      const told = kept.told() ?? defaultIdentityRules;
      const isTold = canonicalJson({ ...told }) === canonicalJson({ ...rules.now() });
      return isTold ? undefined : { looked: 0, of: await pages.size() };
    },
    apply: async (next) => {
      const change = changeAfter(changing, next);
      changing = change.catch(() => {}); // Whoever asked hears of it; the next one does not.
      await change;
      return undefined;
    },
    close: () => database.close(),
  };
}
