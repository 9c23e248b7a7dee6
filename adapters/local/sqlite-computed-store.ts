import type { DatabaseSync } from "node:sqlite";
import type { ComputedStore, ComputedWrite, StoredComputed } from "#core/computed/ports.ts";
import type { JsonObject } from "#core/kernel/json.ts";
import { inTransaction } from "./database.ts";
import { COMPUTED_MOVES_SCHEMA, notingMoves } from "./sqlite-computed-moves.ts";

export const COMPUTED_SCHEMA = `
  CREATE TABLE IF NOT EXISTS computed (
    profile_id TEXT PRIMARY KEY, run INTEGER NOT NULL, computed TEXT NOT NULL
  ) WITHOUT ROWID;
  ${COMPUTED_MOVES_SCHEMA}
`;

/** Computed traits in SQLite: one row for each profile that has any. What moves is noted (`sqliteComputedMoves`). */
export function sqliteComputedStore(database: DatabaseSync): ComputedStore {
  const one = database.prepare("SELECT run, computed FROM computed WHERE profile_id = ?");
  const put = database.prepare(`
    INSERT INTO computed VALUES (?, ?, ?)
    ON CONFLICT (profile_id) DO UPDATE SET run = excluded.run, computed = excluded.computed WHERE run <= excluded.run`);
  const remove = database.prepare("DELETE FROM computed WHERE profile_id = ? AND run <= ?");
  const note = notingMoves(database);
  const writeOne = ({ profileId, run, computed }: ComputedWrite): void => {
    const before = one.get(profileId)?.computed as string | undefined;
    const made =
      computed === undefined ? remove.run(profileId, run) : put.run(profileId, run, JSON.stringify(computed));
    if (made.changes > 0)
      note(profileId, before === undefined ? {} : (JSON.parse(before) as JsonObject), computed ?? {});
  };
  return {
    read: async (profileIds) => {
      const found = new Map<string, StoredComputed>();
      for (const id of profileIds) {
        const row = one.get(id);
        if (row === undefined) continue;
        found.set(id, { run: row.run as number, computed: JSON.parse(row.computed as string) as JsonObject });
      }
      return found;
    },
    write: async (writes) => {
      inTransaction(database, () => {
        for (const write of writes) writeOne(write);
      });
    },
  };
}
