import { DatabaseSync } from "node:sqlite";
import { IMPORTS_SCHEMA, sqliteImportLedger } from "#adapters/local/sqlite-import-ledger.ts";
import { memoryImportLedger } from "#adapters/memory/import-ledger.ts";
import { importLedgerContract } from "./import-ledger.ts";

const memory = memoryImportLedger();
importLedgerContract("memory", () => memory);

const database = new DatabaseSync(":memory:");
importLedgerContract("SQLite", () => {
  database.exec(IMPORTS_SCHEMA);
  return sqliteImportLedger(database);
});
