import type { DatabaseSync } from "node:sqlite";
import type { ImportProgress } from "#core/imports/import-progress.ts";
import type { ImportLedger } from "#core/imports/ports.ts";

export const IMPORTS_SCHEMA = `
  CREATE TABLE IF NOT EXISTS imports (id TEXT PRIMARY KEY, started_at INTEGER NOT NULL, progress TEXT NOT NULL)
  WITHOUT ROWID;
`;

/** Imports in SQLite. */
export function sqliteImportLedger(database: DatabaseSync): ImportLedger {
  const one = database.prepare("SELECT progress FROM imports WHERE id = ?");
  const all = database.prepare("SELECT progress FROM imports ORDER BY started_at DESC");
  const put = database.prepare("INSERT OR REPLACE INTO imports VALUES (?, ?, ?)");
  const read = (row: Record<string, unknown>): ImportProgress => JSON.parse(row.progress as string) as ImportProgress;
  return {
    get: async (id) => {
      const row = one.get(id);
      return row && read(row);
    },
    put: async (progress) => {
      put.run(progress.id, progress.startedAt, JSON.stringify(progress));
    },
    list: async () => all.all().map(read),
  };
}
