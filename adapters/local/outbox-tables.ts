import type { DatabaseSync } from "node:sqlite";

/**
 * A message with what became of it, and, apart, what arrived: the first is what the sender knows, the second what the
 * world saw. `message` is absent where something was claimed that was never planned here.
 */
const OUTBOX_SCHEMA = `
  CREATE TABLE IF NOT EXISTS outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, status TEXT NOT NULL DEFAULT 'planned',
    claimed_at INTEGER, settlement TEXT,
    campaign_id TEXT, run_id TEXT, profile_id TEXT, address TEXT, message TEXT
  );
  CREATE INDEX IF NOT EXISTS outbox_due ON outbox (position) WHERE status IN ('planned', 'claimed');
  CREATE INDEX IF NOT EXISTS outbox_by_profile ON outbox (profile_id);
  CREATE INDEX IF NOT EXISTS outbox_by_campaign ON outbox (campaign_id);
  CREATE TABLE IF NOT EXISTS outbox_deliveries (
    position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, delivered_at INTEGER NOT NULL
  );
  CREATE INDEX IF NOT EXISTS outbox_deliveries_by_id ON outbox_deliveries (id);
`;

export function prepareOutbox(database: DatabaseSync): void {
  database.exec(OUTBOX_SCHEMA);
}
