import type { DatabaseSync } from "node:sqlite";
import { openDatabase } from "#adapters/local/database.ts";
import { PROFILES_SCHEMA, sqliteProfileStore } from "#adapters/local/sqlite-profile-store.ts";
import type { Event } from "#core/events/event.ts";
import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import { absorbEvents } from "#core/profiles/absorb-events.flow.ts";

/** Profiles in a SQLite file of their own, as the embedded runtime keeps them. */
export interface ProfileDatabase {
  /** Resolves a batch in one transaction that is on disk when this is done; answers the seconds that took. */
  absorb(events: readonly Event[]): Promise<Absorbed>;
  /** How many keys there are: identifiers seen. */
  keys(): number;
  close(): void;
}

export interface Absorbed {
  readonly seconds: number;
  /** Of the processor, garbage collection's threads included. */
  readonly cpuSeconds: number;
  /** Stored profiles that another took in. */
  readonly merges: number;
}

const pause = async (): Promise<void> => {};

export function openProfileDatabase(path: string): ProfileDatabase {
  const database: DatabaseSync = openDatabase(path, PROFILES_SCHEMA);
  database.exec("PRAGMA cache_size = -8192; PRAGMA wal_autocheckpoint = 8000;"); // As `local/processor.ts` does.
  const store = sqliteProfileStore(database);
  return {
    absorb: async (events) => {
      const cpu = process.cpuUsage();
      const began = performance.now();
      database.exec("BEGIN IMMEDIATE");
      const { changes } = await absorbEvents({ store, pause }, { events, assertions: [] }, defaultIdentityRules);
      database.exec("COMMIT");
      const seconds = (performance.now() - began) / 1_000;
      const { user, system } = process.cpuUsage(cpu);
      const merges = changes.filter(({ before, after }) => after.kind === "pointer" && before?.kind === "component");
      return { seconds, cpuSeconds: (user + system) / 1_000_000, merges: merges.length };
    },
    keys: () => database.prepare("SELECT count(*) AS keys FROM profiles").get()?.keys as number,
    close: () => database.close(),
  };
}
