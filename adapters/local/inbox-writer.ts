import type { DatabaseSync } from "node:sqlite";
import { inTransaction, openDatabase } from "./database.ts";

// AUTOINCREMENT: a position is never given twice, even after the newest entries were forgotten.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS inbox (position INTEGER PRIMARY KEY AUTOINCREMENT, bytes INTEGER NOT NULL, entry TEXT NOT NULL);
`;

/**
 * Pages (of 4 KiB) in the log at which whoever appends has to tidy it. Whoever forgets does so at SQLite's own 1,000, so
 * that those who wait for an answer seldom wait for that too.
 */
export const APPENDER_CHECKPOINT = 8_000;

export function openInboxFile(path: string): DatabaseSync {
  const database = openDatabase(path, SCHEMA);
  database.exec(`PRAGMA wal_autocheckpoint = ${APPENDER_CHECKPOINT};`);
  return database;
}

/** Makes each text an entry, all of them in one commit that is on disk when the call returns. */
export function entryWriter(database: DatabaseSync): (texts: readonly string[]) => void {
  const insert = database.prepare("INSERT INTO inbox (bytes, entry) VALUES (?, ?)");
  return (texts) =>
    inTransaction(database, () => {
      for (const text of texts) insert.run(text.length, text);
    });
}
