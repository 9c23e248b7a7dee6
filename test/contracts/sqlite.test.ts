import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { openDatabase } from "#adapters/local/database.ts";
import { openInbox } from "#adapters/local/inbox.ts";
import { openInboxThread } from "#adapters/local/inbox-thread.ts";
import { localRates } from "#adapters/local/local-rates.ts";
import { localSources } from "#adapters/local/local-sources.ts";
import { DEFINITIONS_SCHEMA, sqliteDefinitions } from "#adapters/local/sqlite-definitions.ts";
import { PROFILES_SCHEMA, sqliteProfileStore } from "#adapters/local/sqlite-profile-store.ts";
import type { Source } from "#core/events/source.ts";
import { definitionsContract } from "./definitions.ts";
import { identityConvergence } from "./identity-convergence.ts";
import { identityLaws } from "./identity-laws.ts";
import { intakeContract, type OpenedIntake } from "./intake.ts";
import { knownFaults } from "./known-faults.ts";
import { profileStoreContract } from "./profile-store.ts";
import { ratesContract } from "./rates.ts";
import { repetitionsContract } from "./repetitions.ts";
import { sourcesContract } from "./sources.ts";

/** A new database in a folder of its own, that can be closed and opened again as another process would. */
function newFile(schema: string) {
  const folder = mkdtempSync(join(tmpdir(), "tributary-sqlite-"));
  const path = join(folder, "contract.db");
  let database = openDatabase(path, schema);
  return {
    path,
    database: () => database,
    reopen: () => {
      database.close();
      database = openDatabase(path, schema);
      return database;
    },
    close: async () => {
      database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const openStore = async () => {
  const file = newFile(PROFILES_SCHEMA);
  return {
    store: sqliteProfileStore(file.database()),
    reopen: async () => sqliteProfileStore(file.reopen()),
    close: file.close,
  };
};

/** The same engine and statements without a disk to wait for: so there can be thousands. */
const inMemory = async () => {
  const database = openDatabase(":memory:", PROFILES_SCHEMA);
  return { store: sqliteProfileStore(database), close: async () => database.close() };
};

profileStoreContract("SQLite", openStore);
identityConvergence("SQLite on disk", openStore, { runs: 15 });
identityConvergence("SQLite", inMemory, { runs: 600 });
identityLaws("SQLite", inMemory, { runs: 50 });
knownFaults("SQLite", openStore, { races: 8 });
repetitionsContract("SQLite", openStore, { runs: 40 });
definitionsContract("SQLite", async (now) => {
  const file = newFile(DEFINITIONS_SCHEMA);
  const kind = "thing";
  return {
    definitions: sqliteDefinitions(file.database(), kind, now),
    reopen: async () => sqliteDefinitions(file.reopen(), kind, now),
    close: file.close,
  };
});
sourcesContract("SQLite", async (held) => {
  const file = newFile(DEFINITIONS_SCHEMA);
  const definitions = sqliteDefinitions<Source>(file.database(), "source", Date.now);
  for (const source of held) await definitions.put(source.id, source, 0);
  return { sources: localSources(definitions), close: file.close };
});
ratesContract("one machine", async (now) => ({ rates: localRates(now), close: async () => {} }));
const INBOXES = {
  "SQLite, written here": (path: string) => openInbox(path),
  "SQLite, written by another thread": (path: string) =>
    openInboxThread(
      path,
      () => {},
      (error) => expect.unreachable(String(error)),
    ),
};
for (const [name, open] of Object.entries(INBOXES)) intakeContract(name, async () => openedInbox(open));
async function openedInbox(open: (typeof INBOXES)[keyof typeof INBOXES]): Promise<OpenedIntake> {
  const folder = mkdtempSync(join(tmpdir(), "tributary-inbox-"));
  const inbox = open(join(folder, "inbox.db"));
  return {
    intake: inbox.intake,
    arrived: async () => {
      const entries = inbox.after(0, Number.POSITIVE_INFINITY).map(({ entry }) => entry);
      const events = entries
        .flatMap((entry) => entry.events ?? [])
        .map(({ source, messageId }) => `${source}/${messageId}`);
      return {
        inLake: events,
        atResolver: events,
        refused: entries.flatMap((entry) => entry.badEvents ?? []).map(({ id }) => id),
      };
    },
    close: async () => {
      inbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
