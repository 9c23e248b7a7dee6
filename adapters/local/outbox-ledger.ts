import type { DatabaseSync } from "node:sqlite";
import type { Claim, MessageLedger, Settlement } from "#core/campaigns/ports.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import { inTransaction } from "./database.ts";
import { prepareOutbox } from "./outbox-tables.ts";

/** The ledger of messages in SQLite. A batch is claimed or settled in one commit. */
export function localMessageLedger(database: DatabaseSync): MessageLedger {
  prepareOutbox(database);
  const select = database.prepare("SELECT status, claimed_at, settlement FROM outbox WHERE id = ?");
  const claim = database.prepare(
    `INSERT INTO outbox (id, status, claimed_at) VALUES (?, 'claimed', ?)
     ON CONFLICT (id) DO UPDATE SET status = 'claimed', claimed_at = excluded.claimed_at`,
  );
  const settle = database.prepare(
    `INSERT INTO outbox (id, status, settlement) VALUES (?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET status = excluded.status, settlement = excluded.settlement
     WHERE status IN ('planned', 'claimed', 'uncertain')`,
  );
  const release = database.prepare(
    "UPDATE outbox SET status = 'planned', claimed_at = NULL WHERE id = ? AND status = 'claimed' AND claimed_at = ?",
  );
  const claimOne = (id: string, at: EpochMs, staleBefore: EpochMs): Claim => {
    const row = select.get(id);
    if (typeof row?.settlement === "string")
      return { kind: "settled", settlement: JSON.parse(row.settlement) as Settlement };
    const claimedAt = row?.claimed_at;
    if (typeof claimedAt === "number" && claimedAt >= staleBefore) return { kind: "busy" };
    claim.run(id, at);
    return { kind: "yours", interrupted: typeof claimedAt === "number" };
  };
  return {
    claim: async (ids, { at, staleBefore }) =>
      inTransaction(database, () => new Map(ids.map((id) => [id, claimOne(id, at, staleBefore)]))),
    settle: async (settlements) =>
      inTransaction(database, () => {
        for (const settlement of settlements)
          settle.run(settlement.messageId, settlement.status, JSON.stringify(settlement));
      }),
    release: async (ids, at) =>
      inTransaction(database, () => {
        for (const id of ids) release.run(id, at);
      }),
  };
}
