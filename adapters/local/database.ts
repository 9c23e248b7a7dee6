import { DatabaseSync } from "node:sqlite";

/** How long somebody waits for another's lock, in ms. */
export const PATIENCE_MS = 10_000;

/**
 * Opens a SQLite file the way everything here needs it: write-ahead log, so that readers never wait; every commit on
 * disk before it is answered; and patience with another process that is writing.
 */
export function openDatabase(path: string, schema: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: PATIENCE_MS });
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;");
  database.exec(schema);
  return database;
}

/** Runs `work` in a transaction that other writers cannot enter: committed whole, or not at all if it throws. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const done = work();
    database.exec("COMMIT");
    return done;
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

/** SQLite's word that another holds the lock, after as much patience as the connection has. */
export const isBusy = (error: unknown): boolean => error instanceof Error && "errcode" in error && error.errcode === 5;
