import type { DatabaseSync } from "node:sqlite";
import { inTransaction } from "#adapters/local/database.ts";
import type { InboxEntry } from "#adapters/local/inbox.ts";
import type { ProgressStore } from "#adapters/local/progress-store.ts";
import { sqliteProfileStore } from "#adapters/local/sqlite-profile-store.ts";
import { absorbEvents } from "#core/profiles/absorb-events.flow.ts";
import type { ChangeKeeper } from "./change-keeper.ts";
import type { Reactor } from "./reactor.ts";
import type { Reteller } from "./reteller.ts";

export interface PlacedEntry {
  readonly position: number;
  readonly entry: InboxEntry;
}

/** Takes inbox entries to the profiles: what the resolver is in the cloud. */
export interface Absorber {
  /**
   * Absorbs entries and remembers how far it came, in one transaction. An entry that fails must not stop those behind
   * it: it is set aside with its error, as a dead-letter queue does.
   */
  absorb(batch: readonly PlacedEntry[]): Promise<void>;
  /** The last entry that is in the profiles. */
  absorbed(): number;
}

export interface AbsorberPorts {
  readonly database: DatabaseSync;
  readonly progress: ProgressStore;
  /** Knows the rules that hold now, and what the lake was told under others. */
  readonly reteller: Pick<Reteller, "rules" | "told">;
  readonly keepChanges: ChangeKeeper;
  readonly reactor: Pick<Reactor, "react">;
  readonly onSetAside: (error: unknown, what: string) => void;
}

/**
 * Nobody else writes these profiles, so there is nothing to wait for. And nothing may be waited for: the transaction
 * stays whole because what happens between its beginning and its end never gives way to anything else.
 */
const pause = async (): Promise<void> => {};

export function absorberOf(ports: AbsorberPorts): Absorber {
  const { database, progress, reteller, keepChanges, reactor, onSetAside } = ports;
  const store = sqliteProfileStore(database);
  let { absorbed } = progress.progress();

  const absorbWhole = async (batch: readonly PlacedEntry[]): Promise<void> => {
    const events = batch.flatMap(({ entry }) => entry.events ?? []);
    const assertions = batch.flatMap(({ entry }) => entry.assertions ?? []);
    const upTo = batch.at(-1)?.position ?? absorbed;
    // Nobody waits for the disk here: until the entries are in lake files they are in the inbox too, and what says that
    // they are in files waits for the disk, and takes everything before it along.
    database.exec("PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE;");
    try {
      const rules = reteller.rules();
      const { changes } = await absorbEvents({ store, pause }, { events, assertions }, rules);
      keepChanges(changes, rules, ({ key }) => reteller.told(key));
      await reactor.react(changes, rules);
      progress.setAbsorbed(upTo);
      database.exec("COMMIT");
    } catch (error) {
      database.exec("ROLLBACK");
      throw error;
    } finally {
      database.exec("PRAGMA synchronous = FULL");
    }
    absorbed = upTo;
  };

  const absorbOrSetAside = async (placed: PlacedEntry): Promise<void> => {
    try {
      await absorbWhole([placed]);
    } catch (error) {
      onSetAside(error, `inbox entry ${placed.position}`);
      inTransaction(database, () => {
        progress.setAside(placed.position, String(error), JSON.stringify(placed.entry));
        progress.setAbsorbed(placed.position);
      });
      absorbed = placed.position;
    }
  };

  return {
    absorb: async (batch) => {
      try {
        await absorbWhole(batch);
      } catch {
        // One of them fails, and which one shows when they go one by one.
        for (const placed of batch) await absorbOrSetAside(placed);
      }
    },
    absorbed: () => absorbed,
  };
}
