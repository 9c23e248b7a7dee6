import type { DatabaseSync } from "node:sqlite";
import { inTransaction } from "#adapters/local/database.ts";
import type { InboxEntry } from "#adapters/local/inbox.ts";
import type { ProgressStore } from "#adapters/local/progress-store.ts";
import { sqliteProfileStore } from "#adapters/local/sqlite-profile-store.ts";
import type { LakeTable } from "#contracts/lake.ts";
import type { IdentityRules } from "#core/identity/identity-rules.ts";
import type { Clock } from "#core/kernel/ports.ts";
import { absorbEvents } from "#core/profiles/absorb-events.flow.ts";
import { changeRows } from "#core/profiles/change-rows.ts";
import { LinesByPart } from "./lake-lines.ts";

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
  readonly rules: IdentityRules;
  readonly clock: Clock;
  readonly onSetAside: (error: unknown, what: string) => void;
}

/**
 * Nobody else writes these profiles, so there is nothing to wait for. And nothing may be waited for: the transaction
 * stays whole because what happens between its beginning and its end never gives way to anything else.
 */
const pause = async (): Promise<void> => {};

export function absorberOf({ database, progress, rules, clock, onSetAside }: AbsorberPorts): Absorber {
  const store = sqliteProfileStore(database);
  let { absorbed } = progress.progress();

  const keepChanges = ({ changes }: Awaited<ReturnType<typeof absorbEvents>>): void => {
    const now = clock();
    const rows = new LinesByPart();
    for (const change of changes) {
      for (const [table, changed] of Object.entries(changeRows(change, rules, now))) {
        for (const row of changed) rows.addRow(table as LakeTable, row);
      }
    }
    for (const part of rows.parts()) progress.addChanges(part);
  };

  const absorbWhole = async (batch: readonly PlacedEntry[]): Promise<void> => {
    const events = batch.flatMap(({ entry }) => entry.events ?? []);
    const assertions = batch.flatMap(({ entry }) => entry.assertions ?? []);
    const upTo = batch.at(-1)?.position ?? absorbed;
    // Nobody waits for the disk here: until the entries are in lake files they are in the inbox too, and what says that
    // they are in files waits for the disk, and takes everything before it along.
    database.exec("PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE;");
    try {
      keepChanges(await absorbEvents({ store, pause }, { events, assertions }, rules));
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
