import type { DatabaseSync } from "node:sqlite";
import type { Claim, MessageLedger, Settlement } from "#core/campaigns/ports.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import { inTransaction } from "./database.ts";
import { prepareOutbox } from "./outbox-tables.ts";

/** The ledger of messages in SQLite. A batch is claimed or settled in one commit. */
export function localMessageLedger(database: DatabaseSync): MessageLedger {
  prepareOutbox(database);
  const select = database.prepare("SELECT status, claimed_at, settlement FROM outbox_ledger WHERE id = ?");
  const claim = database.prepare(
    `INSERT INTO outbox_ledger (id, status, claimed_at) VALUES (?, 'claimed', ?)
     ON CONFLICT (id) DO UPDATE SET claimed_at = excluded.claimed_at`,
  );
  const settle = database.prepare(
    `INSERT INTO outbox_ledger (id, status, claimed_at, settlement) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET status = excluded.status, settlement = excluded.settlement
     WHERE status IN ('claimed', 'uncertain')`,
  );
  const release = database.prepare("DELETE FROM outbox_ledger WHERE id = ? AND status = 'claimed' AND claimed_at = ?");
  const claimOne = (id: string, at: EpochMs, staleBefore: EpochMs): Claim => {
    const row = select.get(id);
    if (row !== undefined && row.status !== "claimed")
      return { kind: "settled", settlement: JSON.parse(row.settlement as string) as Settlement };
    if (row !== undefined && (row.claimed_at as number) >= staleBefore) return { kind: "busy" };
    claim.run(id, at);
    return { kind: "yours", interrupted: row !== undefined };
  };
  return {
    claim: async (ids, { at, staleBefore }) =>
      inTransaction(database, () => new Map(ids.map((id) => [id, claimOne(id, at, staleBefore)]))),
    settle: async (settlements) =>
      inTransaction(database, () => {
        for (const settlement of settlements)
          settle.run(settlement.messageId, settlement.status, settlement.at, JSON.stringify(settlement));
      }),
    release: async (ids, at) =>
      inTransaction(database, () => {
        for (const id of ids) release.run(id, at);
      }),
  };
}
