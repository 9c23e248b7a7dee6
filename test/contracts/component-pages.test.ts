import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "#adapters/local/database.ts";
import { sqliteComponentPages } from "#adapters/local/sqlite-component-pages.ts";
import { PROFILES_SCHEMA, sqliteProfileStore } from "#adapters/local/sqlite-profile-store.ts";
import { memoryComponentPages, memoryProfileStore } from "#adapters/memory/profile-store.ts";
import { componentPagesContract } from "./component-pages.ts";

componentPagesContract("memory", async () => {
  const store = memoryProfileStore();
  return { store, pages: memoryComponentPages(store), close: async () => {} };
});

componentPagesContract("SQLite", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tributary-pages-"));
  const database = openDatabase(join(folder, "profiles.db"), PROFILES_SCHEMA);
  const close = async (): Promise<void> => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { store: sqliteProfileStore(database), pages: sqliteComponentPages(database), close };
});
