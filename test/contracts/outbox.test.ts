import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "#adapters/local/database.ts";
import { localOutbox } from "#adapters/local/outbox.ts";
import { localMessageLedger } from "#adapters/local/outbox-ledger.ts";
import { memoryMessageLedger } from "#adapters/memory/message-ledger.ts";
import { memoryOutbox } from "#adapters/memory/outbox.ts";
import { messageLedgerContract, type OpenMessageLedger } from "./message-ledger.ts";
import { type OpenOutbox, outboxContract } from "./outbox.ts";

outboxContract("in memory", async () => {
  const outbox = memoryOutbox();
  return { outbox, queued: async () => [...outbox.all.values()], close: async () => {} };
});

messageLedgerContract("in memory", async () => ({ ledger: memoryMessageLedger(), close: async () => {} }));

outboxContract("SQLite", async () => openOutbox(mkdtempSync(join(tmpdir(), "outbox-"))));

messageLedgerContract("SQLite", async () => openLedger(mkdtempSync(join(tmpdir(), "ledger-"))));

function openOutbox(folder: string): OpenOutbox {
  // The database is left open when it is opened again, as a killed process leaves it.
  const database = openDatabase(join(folder, "outbox.db"), "");
  const outbox = localOutbox(database);
  return {
    outbox,
    queued: () => outbox.due(1_000),
    reopen: async () => openOutbox(folder),
    close: async () => rmSync(folder, { recursive: true }),
  };
}

function openLedger(folder: string): OpenMessageLedger {
  const ledger = localMessageLedger(openDatabase(join(folder, "ledger.db"), ""));
  return {
    ledger,
    reopen: async () => openLedger(folder),
    close: async () => rmSync(folder, { recursive: true }),
  };
}
