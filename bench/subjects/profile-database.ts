import type { DatabaseSync } from "node:sqlite";
import { openDatabase } from "#adapters/local/database.ts";
import { PROFILES_SCHEMA, sqliteProfileStore } from "#adapters/local/sqlite-profile-store.ts";
import type { Event } from "#core/events/event.ts";
import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import { type Identifier, identifierKey } from "#core/kernel/identifier.ts";
import { absorbEvents } from "#core/profiles/absorb-events.flow.ts";

/** Profiles in a SQLite file of their own, as the embedded runtime keeps them. */
export interface ProfileDatabase {
  /** Resolves a batch in one transaction that is on disk when this is done; answers the seconds that took. */
  absorb(events: readonly Event[]): Promise<Absorbed>;
  /**
   * Stores people from the one number up to the other, each with what the store holds of the first but for their own
   * name (a `user_id`): quickly, so the rows are put beside the store, in its own form.
   */
  copy(first: string, from: number, to: number, nameOf: (person: number) => string): void;
  /** Reads these rows and writes them back as they are, in one transaction; answers the seconds of processor time. */
  rewrite(identifiers: readonly Identifier[]): number;
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
    copy: (first, from, to, nameOf) => copyPeople(database, first, from, to, nameOf),
    rewrite: (identifiers) => rewriteRows(database, identifiers),
    keys: () => database.prepare("SELECT count(*) AS keys FROM profiles").get()?.keys as number,
    close: () => database.close(),
  };
}

function copyPeople(
  database: DatabaseSync,
  first: string,
  from: number,
  to: number,
  nameOf: (person: number) => string,
): void {
  const ofFirst = identifierKey({ type: "user_id", value: first });
  const row = database.prepare("SELECT version, component FROM profiles WHERE key = ?").get(ofFirst);
  const [before, after, ...others] = String(row?.component).split(first);
  if (before === undefined || after === undefined || others.length > 0) throw new Error(`${first} is not named once`);
  const people = Array.from({ length: to - from }, (_, nth) => nameOf(from + nth))
    .map((name) => ({ name, key: identifierKey({ type: "user_id", value: name }) }))
    .sort((x, y) => (x.key < y.key ? -1 : 1));
  const insert = database.prepare("INSERT INTO profiles (key, version, component) VALUES (?, ?, ?)");
  database.exec("PRAGMA synchronous = OFF; BEGIN IMMEDIATE");
  for (const { name, key } of people) insert.run(key, Number(row?.version), before + name + after);
  database.exec("COMMIT; PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE)");
}

function rewriteRows(database: DatabaseSync, identifiers: readonly Identifier[]): number {
  const keys = identifiers.map(identifierKey);
  const select = database.prepare("SELECT version, component FROM profiles WHERE key = ?");
  const update = database.prepare("UPDATE profiles SET component = ? WHERE key = ? AND version = ?");
  const cpu = process.cpuUsage();
  database.exec("BEGIN IMMEDIATE");
  for (const key of keys) {
    const row = select.get(key);
    update.run(String(row?.component), key, Number(row?.version));
  }
  database.exec("COMMIT");
  const { user, system } = process.cpuUsage(cpu);
  return (user + system) / 1_000_000;
}
