import type { DatabaseSync } from "node:sqlite";
import type { IdentifierKey } from "#core/kernel/identifier.ts";
import { decodeComponent, encodeComponent } from "#core/profiles/component-json.ts";
import type { ProfileStore, Stored, StoreWrite } from "#core/profiles/ports.ts";
import { inTransaction } from "./database.ts";

export const PROFILES_SCHEMA = `
  CREATE TABLE IF NOT EXISTS profiles (
    key TEXT PRIMARY KEY, version INTEGER NOT NULL, pointer TEXT, component TEXT
  );
`;

/**
 * Profiles in SQLite. The versions of a list are checked and its writes made without giving way to anyone else, so a
 * list is whole by itself. The caller may hold a transaction open around several calls.
 */
export function sqliteProfileStore(database: DatabaseSync): ProfileStore {
  const select = database.prepare("SELECT version, pointer, component FROM profiles WHERE key = ?");
  select.setReturnArrays(true); // Cheaper to make than objects, and there is one for each key.
  const versionAt = database.prepare("SELECT version FROM profiles WHERE key = ?");
  const insert = database.prepare(
    "INSERT INTO profiles (key, version, pointer, component) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
  );
  const update = database.prepare(
    "UPDATE profiles SET version = ?, pointer = ?, component = ? WHERE key = ? AND version = ?",
  );
  const isAsExpected = ({ key, expected }: StoreWrite): boolean =>
    ((versionAt.get(key)?.version as number | undefined) ?? 0) === expected;
  /** Makes a write if the version is as expected, in one statement, and answers whether it was. */
  const make = ({ key, expected, next }: StoreWrite): boolean => {
    const pointer = next.kind === "pointer" ? next.to : null;
    const component = next.kind === "component" ? encodeComponent(next.component) : null;
    const made =
      expected === 0
        ? insert.run(key, next.version, pointer, component)
        : update.run(next.version, pointer, component, key, expected);
    return made.changes === 1;
  };
  /** A list of several is looked at whole before any of it is written. */
  const makeWhole = (list: readonly StoreWrite[]): boolean =>
    (list.length === 1 || list.every(isAsExpected)) && list.every(make);
  return {
    read: async (keys) => {
      const read = new Map<IdentifierKey, Stored>();
      for (const key of keys) {
        const row = select.get(key);
        if (row !== undefined) read.set(key, storedIn(row as unknown as Row));
      }
      return read;
    },
    write: async (lists) => {
      const refused = new Set<number>();
      const makeAll = (): void =>
        lists.forEach((list, position) => {
          if (!makeWhole(list)) refused.add(position);
        });
      if (database.isTransaction) makeAll();
      else inTransaction(database, makeAll);
      return refused;
    },
  };
}

type Row = readonly [version: number, pointer: string | null, component: string | null];

function storedIn([version, pointer, component]: Row): Stored {
  if (pointer !== null) return { kind: "pointer", version, to: pointer as IdentifierKey };
  if (component === null) throw new Error("a row of the profiles is neither a component nor a pointer");
  return { kind: "component", version, component: decodeComponent(component) };
}
