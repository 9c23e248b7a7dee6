import type { DatabaseSync } from "node:sqlite";
import { computedMoved } from "#core/computed/computed-moved.ts";
import type { JsonObject } from "#core/kernel/json.ts";

/** A profile whose values moved, under a number by which this very move is known. */
export interface KeptMove {
  readonly profileId: string;
  readonly position: number;
  readonly names: readonly string[];
}

/** Whose computed traits moved and was not looked at again since: what the table's stream is in the cloud. */
export interface ComputedMoves {
  /** Up to `limit` of them, those that wait longest first. */
  next(limit: number): readonly KeptMove[];
  /** Forgets these; of a profile that moved again meanwhile, nothing. */
  forget(moves: readonly KeptMove[]): void;
}

/** Beside the values (`COMPUTED_SCHEMA`): one commit writes both. A row for each profile, however often it moved. */
export const COMPUTED_MOVES_SCHEMA = `
  CREATE TABLE IF NOT EXISTS computed_moves (
    profile_id TEXT PRIMARY KEY, position INTEGER NOT NULL, names TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS computed_moves_position ON computed_moves (position);
`;

export function sqliteComputedMoves(database: DatabaseSync): ComputedMoves {
  const select = database.prepare("SELECT * FROM computed_moves ORDER BY position LIMIT ?");
  const remove = database.prepare("DELETE FROM computed_moves WHERE profile_id = ? AND position = ?");
  return {
    next: (limit) =>
      select.all(limit).map((row) => ({
        profileId: row.profile_id as string,
        position: row.position as number,
        names: JSON.parse(row.names as string) as readonly string[],
      })),
    forget: (moves) => {
      for (const { profileId, position } of moves) remove.run(profileId, position);
    },
  };
}

/** Notes what moved, within the transaction that moves it. */
export function notingMoves(database: DatabaseSync): (profileId: string, was: JsonObject, is: JsonObject) => void {
  const one = database.prepare("SELECT names FROM computed_moves WHERE profile_id = ?");
  // One that waits is behind every other when it moves again, so that no move is forgotten for an earlier one.
  const put = database.prepare(`
    INSERT OR REPLACE INTO computed_moves
    VALUES (?, (SELECT coalesce(max(position), 0) + 1 FROM computed_moves), ?)`);
  return (profileId, was, is) => {
    const names = computedMoved(was, is);
    if (names.length === 0) return;
    const waiting = one.get(profileId)?.names as string | undefined;
    const all = new Set([...(waiting === undefined ? [] : (JSON.parse(waiting) as readonly string[])), ...names]);
    put.run(profileId, JSON.stringify([...all]));
  };
}
