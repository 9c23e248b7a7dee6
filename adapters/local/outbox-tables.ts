import type { DatabaseSync } from "node:sqlite";

/**
 * Messages, what became of them, and what arrived. The ledger and the deliveries stand apart from the messages: the
 * ledger is what the sender knows, deliveries are what the world saw, and tests compare the two.
 */
export const OUTBOX_SCHEMA = `
  CREATE TABLE IF NOT EXISTS outbox_messages (
    position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, campaign_id TEXT NOT NULL, run_id TEXT NOT NULL,
    profile_id TEXT NOT NULL, channel TEXT NOT NULL, address TEXT NOT NULL, message TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS outbox_by_profile ON outbox_messages (profile_id);
  CREATE TABLE IF NOT EXISTS outbox_ledger (
    id TEXT PRIMARY KEY, status TEXT NOT NULL, claimed_at INTEGER NOT NULL, settlement TEXT
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS outbox_by_status ON outbox_ledger (status);
  CREATE TABLE IF NOT EXISTS outbox_deliveries (
    position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, delivered_at INTEGER NOT NULL
  );
  CREATE INDEX IF NOT EXISTS outbox_deliveries_by_id ON outbox_deliveries (id);
`;

export function prepareOutbox(database: DatabaseSync): void {
  database.exec(OUTBOX_SCHEMA);
}
