import type { DatabaseSync } from "node:sqlite";
import { compareText } from "#core/kernel/order.ts";
import type { Clock, Defined, Definitions } from "#core/kernel/ports.ts";

export const DEFINITIONS_SCHEMA = `
  CREATE TABLE IF NOT EXISTS definitions (
    kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, updated_at INTEGER NOT NULL, definition TEXT NOT NULL,
    PRIMARY KEY (kind, id)
  ) WITHOUT ROWID;
`;

/** Definitions of one kind (`segment`, `campaign`…) in SQLite. */
export function sqliteDefinitions<T>(database: DatabaseSync, kind: string, clock: Clock): Definitions<T> {
  const one = database.prepare("SELECT * FROM definitions WHERE kind = ? AND id = ?");
  const all = database.prepare("SELECT * FROM definitions WHERE kind = ?");
  const insert = database.prepare("INSERT OR IGNORE INTO definitions VALUES (?, ?, 1, ?, ?)");
  const update = database.prepare(
    "UPDATE definitions SET version = version + 1, updated_at = ?, definition = ? WHERE kind = ? AND id = ? AND version = ?",
  );
  const remove = database.prepare("DELETE FROM definitions WHERE kind = ? AND id = ?");
  const read = (row: Record<string, unknown>): Defined<T> => ({
    id: row.id as string,
    version: row.version as number,
    updatedAt: row.updated_at as number,
    definition: JSON.parse(row.definition as string) as T,
  });
  return {
    get: async (id) => {
      const row = one.get(kind, id);
      return row && read(row);
    },
    // SQLite orders by UTF-8 bytes, everything else here by UTF-16 units.
    list: async () =>
      all
        .all(kind)
        .map(read)
        .sort((a, b) => compareText(a.id, b.id)),
    put: async (id, definition, expected) => {
      const [text, now] = [JSON.stringify(definition), clock()];
      const made = expected === 0 ? insert.run(kind, id, now, text) : update.run(now, text, kind, id, expected);
      return made.changes === 1 ? { id, version: expected + 1, updatedAt: now, definition } : undefined;
    },
    delete: async (id) => remove.run(kind, id).changes === 1,
  };
}
