import { inTransaction, openDatabase } from "#adapters/local/database.ts";
import { type InboxEntry, openInbox } from "#adapters/local/inbox.ts";
import { type LakeDraft, openLakeFiles } from "#adapters/local/lake-files.ts";
import { openProgressStore, PROGRESS_SCHEMA, type WritePlan } from "#adapters/local/progress-store.ts";
import { PROFILES_SCHEMA, sqliteProfileStore } from "#adapters/local/sqlite-profile-store.ts";
import type { LakeTable } from "#contracts/lake.ts";
import type { IdentityRules } from "#core/identity/identity-rules.ts";
import type { Clock } from "#core/kernel/ports.ts";
import { absorbEvents } from "#core/profiles/absorb-events.flow.ts";
import { changeRows } from "#core/profiles/change-rows.ts";
import type { DataFolder } from "./data-folder.ts";
import { LinesByPart } from "./lake-lines.ts";

/** What has been processed since the processor was opened. */
export interface Processed {
  readonly events: number;
  readonly badEvents: number;
}

/**
 * What the queue, the resolver and Firehose are in the cloud: takes what came into the inbox to the profiles and to
 * the lake's files. Only one process may have a processor open on a folder (see `single-holder.ts`).
 */
export interface Processor {
  /** Absorbs the next stretch of the inbox; `false` where there was none. */
  step(): Promise<boolean>;
  /** Puts everything absorbed so far into lake files. */
  flush(): Promise<void>;
  /** Makes one file of many small ones, if there are many. Not while a flush is under way. */
  compact(): Promise<void>;
  /** How much was absorbed and is not in lake files or on its way there, and for how many ms the oldest of it is. */
  waiting(): { readonly entries: number; readonly size: number; readonly ms: number };
  processed(): Processed;
  /** The last inbox entry that is in the profiles. */
  absorbed(): number;
  close(): void;
}

/**
 * Nobody else writes these profiles, so there is nothing to wait for. And nothing may be waited for: the transaction
 * stays whole because what happens between its beginning and its end never gives way to anything else.
 */
const pause = async (): Promise<void> => {};

/** Entries absorbed in one transaction: long enough to share its cost, short enough to keep others from waiting. */
const STEP_BYTES = 2_000_000;
/** Lines written to one file: what bounds the memory that writing takes while a million events come in. */
export const FLUSH_SIZE = 8_000_000;

export async function openProcessor(folder: DataFolder, rules: IdentityRules, clock: Clock): Promise<Processor> {
  const database = openDatabase(folder.profiles, PROFILES_SCHEMA + PROGRESS_SCHEMA);
  // What is touched most stays at hand; checkpoints, which wait for the disk, come seldom.
  database.exec("PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 8000;");
  const store = sqliteProfileStore(database);
  const state = openProgressStore(database);
  const inbox = openInbox(folder.inbox);
  const files = await openLakeFiles(folder.lake);
  let { absorbed, written } = state.progress();
  let draft: LakeDraft;
  /** The last entry whose lines are in files or on their way. */
  let begun = 0;
  let waitingSince = clock();
  const processed = { events: 0, badEvents: 0 };

  const absorb = async (entries: readonly InboxEntry[], upTo: number): Promise<void> => {
    const events = entries.flatMap((entry) => entry.events ?? []);
    const assertions = entries.flatMap((entry) => entry.assertions ?? []);
    database.exec("BEGIN IMMEDIATE");
    try {
      const { changes } = await absorbEvents({ store, pause }, { events, assertions }, rules);
      const now = clock();
      const rows = new LinesByPart();
      for (const change of changes) {
        for (const [table, changed] of Object.entries(changeRows(change, rules, now))) {
          for (const row of changed) rows.addRow(table as LakeTable, row);
        }
      }
      for (const part of rows.parts()) state.addChanges(part);
      state.setAbsorbed(upTo);
      database.exec("COMMIT");
    } catch (error) {
      database.exec("ROLLBACK");
      throw error;
    }
    absorbed = upTo;
    processed.events += events.length;
    for (const entry of entries) processed.badEvents += entry.badEvents?.length ?? 0;
  };

  /** One entry that fails must not stop those behind it: it is set aside with its error, as a dead-letter queue does. */
  const absorbOneByOne = async (batch: readonly { position: number; entry: InboxEntry }[]): Promise<void> => {
    for (const { position, entry } of batch) {
      try {
        await absorb([entry], position);
      } catch (error) {
        inTransaction(database, () => {
          state.setAside(position, String(error), JSON.stringify(entry));
          state.setAbsorbed(position);
        });
        absorbed = position;
      }
    }
  };

  const write = async (toWrite: LakeDraft, planned: WritePlan): Promise<void> => {
    for (const change of state.changes(planned.changesTo)) toWrite.add(change);
    await files.write(planned.name, toWrite);
    inTransaction(database, () => state.completePlan(planned));
    written = planned.entriesTo;
    inbox.forget(Math.min(absorbed, written));
  };

  const addLines = (to: LakeDraft, entries: readonly InboxEntry[]): void => {
    const lines = new LinesByPart();
    for (const entry of entries) lines.addEntry(entry);
    for (const part of lines.parts()) to.add(part);
  };

  /** The lines of entries that were absorbed, and not written, before the last process died. */
  const redraft = (from: number, to: number): LakeDraft => {
    const drafted = files.draft();
    for (let at = from; at < to; ) {
      const batch = inbox.after(at, STEP_BYTES).filter(({ position }) => position <= to);
      addLines(
        drafted,
        batch.map(({ entry }) => entry),
      );
      at = batch.at(-1)?.position ?? to;
    }
    return drafted;
  };

  const { plan, crowd: interrupted } = state.progress();
  if (plan !== undefined) await write(redraft(written, plan.entriesTo), plan);
  if (interrupted !== undefined) await files.resume(interrupted);
  state.setCrowd(undefined);
  draft = redraft(written, absorbed);
  begun = written;

  return {
    step: async () => {
      const batch = inbox.after(absorbed, STEP_BYTES);
      const last = batch.at(-1);
      if (last === undefined) return false;
      if (begun === absorbed) waitingSince = clock();
      const entries = batch.map(({ entry }) => entry);
      addLines(draft, entries);
      try {
        await absorb(entries, last.position);
      } catch {
        await absorbOneByOne(batch); // Said there, entry by entry.
      }
      return true;
    },
    flush: async () => {
      const changesTo = state.newestChange();
      // Entries without lines (a person's word on links) are written too: whoever waits for them waits for that.
      if (begun === absorbed && changesTo === 0) return;
      const planned: WritePlan = { name: `${written + 1}-${absorbed}-${changesTo}`, entriesTo: absorbed, changesTo };
      state.setPlan(planned);
      const toWrite = draft;
      draft = files.draft();
      begun = absorbed;
      await write(toWrite, planned);
    },
    compact: async () => {
      const crowd = await files.nextCrowd();
      if (crowd === undefined) return;
      await files.merge(crowd);
      state.setCrowd(crowd);
      await files.replace(crowd);
      state.setCrowd(undefined);
    },
    waiting: () => ({
      entries: absorbed - begun,
      size: draft.size,
      ms: begun === absorbed ? 0 : clock() - waitingSince,
    }),
    processed: () => ({ ...processed }),
    absorbed: () => absorbed,
    close: () => {
      files.close();
      inbox.close();
      database.close();
    },
  };
}
