import { openDatabase } from "#adapters/local/database.ts";
import { openInbox } from "#adapters/local/inbox.ts";
import { IMPORTS_SCHEMA, sqliteImportLedger } from "#adapters/local/sqlite-import-ledger.ts";
import { DEFAULT_DATA, openDataFolder, rulesFileIn } from "./data-folder.ts";
import { rulesOf } from "./identity/rules-file.ts";
import type { ImportWorld } from "./import/import-command.ts";
import { startProcessingThread } from "./processing-thread.ts";

/**
 * The world of the import command: a data folder on this machine. Where a server runs on it, the server processes what
 * is imported; otherwise this process does.
 */
export const importWorld = (): ImportWorld => ({
  clock: Date.now,
  // Read without making a folder: a rehearsal leaves nothing behind.
  rules: (root = DEFAULT_DATA) => rulesOf({ identityRules: rulesFileIn(root) }),
  stdout: process.stdout,
  stderr: process.stderr,
  openData: async (root = DEFAULT_DATA) => {
    const folder = openDataFolder(root);
    const imports = openDatabase(folder.imports, IMPORTS_SCHEMA);
    const processing = startProcessingThread(folder, (error) => {
      throw error;
    });
    const inbox = openInbox(folder.inbox, () => processing.wake());
    return {
      intake: inbox.intake,
      ledger: sqliteImportLedger(imports),
      settled: () => processing.settle(),
      close: async () => {
        await processing.stop();
        inbox.close();
        imports.close();
      },
    };
  },
});
