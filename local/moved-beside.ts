import type { DatabaseSync } from "node:sqlite";
import { openDatabase } from "#adapters/local/database.ts";
import { sqliteComputedMoves } from "#adapters/local/sqlite-computed-moves.ts";
import { COMPUTED_SCHEMA, sqliteComputedStore } from "#adapters/local/sqlite-computed-store.ts";
import { sqliteDefinitions } from "#adapters/local/sqlite-definitions.ts";
import { sqliteListKeys } from "#adapters/local/sqlite-list-keys.ts";
import type { Clock } from "#core/kernel/ports.ts";
import type { ProfileId } from "#core/profiles/profile-id.ts";
import type { ListDefinition } from "#core/segments/list-definition.ts";
import { besideProfiles } from "#core/segments/realtime/beside-profiles.flow.ts";
import { listLookup } from "#core/segments/realtime/list-lookup.flow.ts";
import type { ReactPorts, ReactTerms } from "#core/segments/realtime/react.flow.ts";
import { reactToComputed } from "#core/segments/realtime/react-to-computed.flow.ts";
import { type ListSweep, type ListSweepPorts, sweepLists } from "#core/segments/realtime/sweep-lists.flow.ts";

/** What stands beside profiles, and who is to be looked at again because it moved. */
export interface MovedBeside {
  readonly beside: NonNullable<ReactPorts["beside"]>;
  /** Whether anybody may have to be looked at. Lists are told by `listsMayHaveMoved`. */
  waits(): boolean;
  listsMayHaveMoved(): void;
  /** Looks at the next of them, within the caller's transaction; answers how many, or how many lists. */
  look(react: ReactPorts, terms: ReactTerms, limit: number): Promise<number>;
  /** To be called once that transaction was committed: what it dealt with is forgotten. */
  committed(): Promise<void>;
  /** To be called where it was not: the same will be looked at again. */
  rolledBack(): void;
  close(): void;
}

export interface MovedBesidePorts {
  /** Where memberships are: how far lists were looked at is committed with them. */
  readonly database: DatabaseSync;
  readonly definitions: DatabaseSync;
  /** The file of computed traits, which others write. */
  readonly computed: string;
  readonly clock: Clock;
}

export function openMovedBeside({ database, definitions, computed: path, clock }: MovedBesidePorts): MovedBeside {
  const computed = openDatabase(path, COMPUTED_SCHEMA);
  const [moves, mayHaveMoved] = [sqliteComputedMoves(computed), changedElsewhere(computed)];
  const lists = sqliteDefinitions<ListDefinition>(definitions, "list", clock);
  const listKeys = sqliteListKeys(definitions);
  const lookup = listLookup({ lists, listKeys });
  // A list's old links are in another file: taken away within the transaction, they would be gone if that is not committed.
  let later: (() => Promise<void>)[] = [];
  const sweep: Omit<ListSweepPorts, keyof ReactPorts> = {
    lists,
    listSweeps: sqliteDefinitions<ListSweep>(database, "list_sweep", clock),
    listKeys: { ...listKeys, remove: async (...gone) => void later.push(() => listKeys.remove(...gone)) },
    listLookup: lookup,
  };
  let [isComputedRested, areListsRested] = [false, false];
  const lookAtComputed = async (react: ReactPorts, terms: ReactTerms, limit: number): Promise<number> => {
    const next = moves.next(limit);
    await reactToComputed(
      react,
      next.map(({ profileId, names }) => ({ profileId: profileId as ProfileId, names })),
      terms,
    );
    isComputedRested = next.length === 0;
    if (next.length > 0) later.push(async () => moves.forget(next));
    return next.length;
  };
  const lookAtLists = async (react: ReactPorts, terms: ReactTerms, limit: number): Promise<number> => {
    const { kind } = await sweepLists({ ...react, ...sweep }, { ...terms, limit });
    areListsRested = kind === "rested";
    return areListsRested ? 0 : 1;
  };
  return {
    beside: besideProfiles({ computed: sqliteComputedStore(computed), lists: lookup }),
    waits: () => {
      if (mayHaveMoved()) isComputedRested = false;
      return !(isComputedRested && areListsRested);
    },
    listsMayHaveMoved: () => {
      areListsRested = false;
    },
    look: async (react, terms, limit) => {
      const looked = isComputedRested ? 0 : await lookAtComputed(react, terms, limit);
      return looked + (areListsRested ? 0 : await lookAtLists(react, terms, limit));
    },
    committed: async () => {
      const done = later;
      later = [];
      for (const forget of done) await forget();
    },
    rolledBack: () => {
      later = [];
      [isComputedRested, areListsRested] = [false, false];
    },
    close: () => computed.close(),
  };
}

/** Whether another connection wrote since this was last asked; yes at first. */
function changedElsewhere(database: DatabaseSync): () => boolean {
  const version = database.prepare("PRAGMA data_version");
  let readAt: unknown;
  return () => {
    const at = version.get()?.data_version;
    const isOther = at !== readAt;
    readAt = at;
    return isOther;
  };
}
