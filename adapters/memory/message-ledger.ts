import type { Claim, MessageLedger, Settlement } from "#core/campaigns/ports.ts";
import type { EpochMs } from "#core/kernel/time.ts";

type Entry = { readonly claimedAt: EpochMs } | { readonly settlement: Settlement };

/** Keeps claims and settlements in a map: for tests, and as the plainest reading of what the port promises. */
export interface MemoryMessageLedger extends MessageLedger {
  settlementOf(id: string): Settlement | undefined;
}

export function memoryMessageLedger(): MemoryMessageLedger {
  const entries = new Map<string, Entry>();
  const claimOne = (id: string, at: EpochMs, staleBefore: EpochMs): Claim => {
    const entry = entries.get(id);
    if (entry !== undefined && "settlement" in entry) return { kind: "settled", settlement: entry.settlement };
    if (entry !== undefined && entry.claimedAt >= staleBefore) return { kind: "busy" };
    entries.set(id, { claimedAt: at });
    return { kind: "yours", interrupted: entry !== undefined };
  };
  const settlementOf = (id: string): Settlement | undefined => {
    const entry = entries.get(id);
    return entry !== undefined && "settlement" in entry ? entry.settlement : undefined;
  };
  return {
    settlementOf,
    claim: async (ids, { at, staleBefore }) => new Map(ids.map((id) => [id, claimOne(id, at, staleBefore)])),
    settle: async (settlements) => {
      for (const settlement of settlements) {
        const before = settlementOf(settlement.messageId);
        if (before === undefined || before.status === "uncertain") entries.set(settlement.messageId, { settlement });
      }
    },
    release: async (ids, at) => {
      for (const id of ids) {
        const entry = entries.get(id);
        if (entry !== undefined && "claimedAt" in entry && entry.claimedAt === at) entries.delete(id);
      }
    },
  };
}
