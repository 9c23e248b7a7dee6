import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "#adapters/local/database.ts";
import { COMPUTED_SCHEMA, sqliteComputedStore } from "#adapters/local/sqlite-computed-store.ts";
import { memoryComputedStore } from "#adapters/memory/computed-store.ts";
import { computedStoreContract } from "./computed-store.ts";

computedStoreContract("memory", async () => {
  const store = memoryComputedStore();
  return { store, reopen: async () => store, close: async () => {} };
});

computedStoreContract("SQLite", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tributary-computed-"));
  const databases = [openDatabase(join(folder, "computed.db"), COMPUTED_SCHEMA)];
  const [first] = databases as [(typeof databases)[number]];
  return {
    store: sqliteComputedStore(first),
    reopen: async () => {
      const again = openDatabase(join(folder, "computed.db"), COMPUTED_SCHEMA);
      databases.push(again);
      return sqliteComputedStore(again);
    },
    close: async () => {
      for (const database of databases) database.close();
      rmSync(folder, { recursive: true });
    },
  };
});
