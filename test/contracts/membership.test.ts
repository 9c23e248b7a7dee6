import { openDatabase } from "#adapters/local/database.ts";
import { MEMBERSHIPS_SCHEMA, sqliteMembershipStore } from "#adapters/local/sqlite-membership-store.ts";
import { PROFILES_SCHEMA, sqliteProfileStore } from "#adapters/local/sqlite-profile-store.ts";
import { memoryMembershipStore } from "#adapters/memory/membership-store.ts";
import { memoryProfileStore } from "#adapters/memory/profile-store.ts";
import type { SegmentChangeRow } from "#core/segments/segment-change-row.ts";
import { membershipConvergence, type OpenedMemberships } from "./membership-convergence.ts";
import { membershipStoreContract } from "./membership-store.ts";

const inMemory = async (): Promise<OpenedMemberships> => {
  const store = memoryProfileStore();
  const memberships = memoryMembershipStore(store);
  return { store, memberships, rows: async () => memberships.rows, close: async () => {} };
};

const inSqlite = async (): Promise<OpenedMemberships> => {
  const database = openDatabase(":memory:", PROFILES_SCHEMA + MEMBERSHIPS_SCHEMA);
  const rows: SegmentChangeRow[] = [];
  return {
    store: sqliteProfileStore(database),
    memberships: sqliteMembershipStore(database, (kept) => rows.push(...kept)),
    rows: async () => rows,
    close: async () => database.close(),
  };
};

membershipStoreContract("memory", inMemory);
membershipConvergence("memory", inMemory, { runs: 120 });
membershipStoreContract("SQLite", inSqlite);
membershipConvergence("SQLite", inSqlite, { runs: 40 });
