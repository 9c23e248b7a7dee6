import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "#adapters/local/database.ts";
import { LIST_KEYS_SCHEMA, sqliteListKeys } from "#adapters/local/sqlite-list-keys.ts";
import { memoryListKeys } from "#adapters/memory/list-keys.ts";
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
