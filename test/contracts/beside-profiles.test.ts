import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "#adapters/local/database.ts";
import { COMPUTED_SCHEMA, sqliteComputedStore } from "#adapters/local/sqlite-computed-store.ts";
import { LIST_KEYS_SCHEMA, sqliteListKeys } from "#adapters/local/sqlite-list-keys.ts";
import { memoryComputedStore } from "#adapters/memory/computed-store.ts";
import { memoryListKeys } from "#adapters/memory/list-keys.ts";
import { besideProfilesContract } from "./beside-profiles.ts";
import { listKeysContract } from "./list-keys.ts";

listKeysContract("memory", async () => {
  const listKeys = memoryListKeys();
  return { listKeys, reopen: async () => listKeys, close: async () => {} };
});

listKeysContract("SQLite", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tributary-lists-"));
  const databases = [openDatabase(join(folder, "lists.db"), LIST_KEYS_SCHEMA)];
  const [first] = databases as [(typeof databases)[number]];
  return {
    listKeys: sqliteListKeys(first),
    reopen: async () => {
      const again = openDatabase(join(folder, "lists.db"), LIST_KEYS_SCHEMA);
      databases.push(again);
      return sqliteListKeys(again);
    },
    close: async () => {
      for (const database of databases) database.close();
      rmSync(folder, { recursive: true });
    },
  };
});

besideProfilesContract("memory", async () => ({
  listKeys: memoryListKeys(),
  computed: memoryComputedStore(),
  close: async () => {},
}));

besideProfilesContract("SQLite", async () => {
  const database = openDatabase(":memory:", LIST_KEYS_SCHEMA + COMPUTED_SCHEMA);
  const close = async () => database.close();
  return { listKeys: sqliteListKeys(database), computed: sqliteComputedStore(database), close };
});
