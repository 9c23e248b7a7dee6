import { setTimeout as sleep } from "node:timers/promises";
import { isBusy, openDatabase } from "#adapters/local/database.ts";
import { openProgressStore } from "#adapters/local/progress-store.ts";
import { sqliteMembershipStore } from "#adapters/local/sqlite-membership-store.ts";
import type { MembershipStore } from "#core/segments/ports.ts";
import { keepSegmentRows } from "./keep-segment-rows.ts";

export interface ToldMembers extends Pick<MembershipStore, "of" | "write"> {
  close(): void;
}

/** How long to wait, in ms, before asking again for a turn at writing. */
const PAUSE_MS = 10;

/**
 * Who is in which segment, for whoever writes much of it beside people who wait for answers: where another thread is
 * writing, this one does not stand still until that is done, as SQLite would have it, but comes back later. The schema
 * is there already (`openStores`).
 */
export function openToldMembers(profiles: string): ToldMembers {
  const database = openDatabase(profiles, "");
  database.exec("PRAGMA busy_timeout = 0");
  const store = sqliteMembershipStore(database, keepSegmentRows(openProgressStore(database)));
  return {
    of: store.of,
    write: async (writes) => {
      for (;;) {
        try {
          return await store.write(writes);
        } catch (error) {
          if (!isBusy(error)) throw error;
        }
        await sleep(PAUSE_MS);
      }
    },
    close: () => database.close(),
  };
}
