import { openDatabase } from "#adapters/local/database.ts";
import { COMPUTED_SCHEMA, sqliteComputedStore } from "#adapters/local/sqlite-computed-store.ts";
import { LIST_KEYS_SCHEMA, sqliteListKeys } from "#adapters/local/sqlite-list-keys.ts";
import { MEMBERSHIPS_SCHEMA, sqliteMembershipStore } from "#adapters/local/sqlite-membership-store.ts";
import { PROFILES_SCHEMA, sqliteProfileStore } from "#adapters/local/sqlite-profile-store.ts";
import { memoryComputedStore } from "#adapters/memory/computed-store.ts";
import { memoryListKeys } from "#adapters/memory/list-keys.ts";
import { memoryMembershipStore } from "#adapters/memory/membership-store.ts";
import { memoryProfileStore } from "#adapters/memory/profile-store.ts";
import type { SegmentChangeRow } from "#core/segments/segment-change-row.ts";
import { membershipConvergence, type OpenedMemberships } from "./membership-convergence.ts";
import { membershipStoreContract } from "./membership-store.ts";

const inMemory = async (): Promise<OpenedMemberships> => {
  const store = memoryProfileStore();
  const memberships = memoryMembershipStore(store);
  const beside = { listKeys: memoryListKeys(), computed: memoryComputedStore() };
  return { store, memberships, ...beside, rows: async () => memberships.rows, close: async () => {} };
};

const inSqlite = async (): Promise<OpenedMemberships> => {
  const database = openDatabase(":memory:", PROFILES_SCHEMA + MEMBERSHIPS_SCHEMA + LIST_KEYS_SCHEMA + COMPUTED_SCHEMA);
  const rows: SegmentChangeRow[] = [];
  return {
    store: sqliteProfileStore(database),
    memberships: sqliteMembershipStore(database, (kept) => rows.push(...kept)),
    listKeys: sqliteListKeys(database),
    computed: sqliteComputedStore(database),
    rows: async () => rows,
    close: async () => database.close(),
  };
};

membershipStoreContract("memory", inMemory);
membershipConvergence("memory", inMemory, { runs: 200 });
membershipStoreContract("SQLite", inSqlite);
membershipConvergence("SQLite", inSqlite, { runs: 50 });
