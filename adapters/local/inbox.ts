import { setTimeout as sleep } from "node:timers/promises";
import type { LakeRows } from "#contracts/lake.ts";
import type { BadEvent } from "#core/events/bad-event.ts";
import type { Event } from "#core/events/event.ts";
import type { Intake, IntakeBatch } from "#core/events/ports.ts";
import type { LakeWriter } from "#core/kernel/ports.ts";
import type { Assertion } from "#core/profiles/evidence.ts";
import type { Assertions } from "#core/profiles/ports.ts";
import { inTransaction, openDatabase } from "./database.ts";

/** What one entry of the inbox holds: whatever came in with one call. */
export interface InboxEntry {
  readonly events?: readonly Event[];
  readonly badEvents?: readonly BadEvent[];
  readonly assertions?: readonly Assertion[];
  readonly rows?: { readonly [Table in keyof LakeRows]?: readonly LakeRows[Table][] };
}

interface ReadEntry {
  readonly position: number;
  /** About the size of its text. */
  readonly bytes: number;
  readonly entry: InboxEntry;
}

export interface Inbox {
  readonly intake: Intake;
  readonly assertions: Assertions;
  readonly lake: LakeWriter<LakeRows>;
  /** Entries after a position, in order, until about `maxBytes` of them. Positions only grow. */
  after(position: number, maxBytes: number): readonly ReadEntry[];
  /** The position of the newest entry, 0 where there never was one. Sees what other processes wrote. */
  newest(): number;
  /** Forgets entries up to a position, bit by bit: everything they said is elsewhere by now. */
  forget(upTo: number): Promise<void>;
  close(): void;
}

// AUTOINCREMENT: a position is never given twice, even after the newest entries were forgotten.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS inbox (position INTEGER PRIMARY KEY AUTOINCREMENT, bytes INTEGER NOT NULL, entry TEXT NOT NULL);
`;

/** Entries forgotten in one go, and the pause behind it in ms: whoever wants to append gets a turn in between. */
const FORGET_AT_ONCE = 128;
const FORGET_PAUSE_MS = 1;
/**
 * Pages (of 4 KiB) in the log at which whoever appends has to tidy it. Whoever forgets does so at SQLite's own 1,000, so
 * that those who wait for an answer seldom wait for that too.
 */
const APPENDER_CHECKPOINT = 8_000;

/**
 * The durable door of one machine: everything that comes in is one row here before it is answered. Calls made at the
 * same time share one commit, which is what makes single events as cheap as batches.
 */
export function openInbox(path: string, onAppended: () => void = () => {}): Inbox {
  const database = openDatabase(path, SCHEMA);
  database.exec(`PRAGMA wal_autocheckpoint = ${APPENDER_CHECKPOINT};`);
  const insert = database.prepare("INSERT INTO inbox (bytes, entry) VALUES (?, ?)");
  const select = database.prepare("SELECT position, bytes, entry FROM inbox WHERE position > ? ORDER BY position");
  const newest = database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'inbox'");
  const forget = database.prepare(
    "DELETE FROM inbox WHERE position IN (SELECT position FROM inbox WHERE position <= ? ORDER BY position LIMIT ?)",
  );
  let waiting: Waiting[] = [];

  /** Whether there may be more. Nobody waits for the disk: what a power cut brings back is known to be done with. */
  const forgetSome = (upTo: number): boolean => {
    database.exec("PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 1000;");
    try {
      return forget.run(upTo, FORGET_AT_ONCE).changes === FORGET_AT_ONCE;
    } finally {
      database.exec(`PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${APPENDER_CHECKPOINT};`);
    }
  };

  const commit = (): void => {
    const batch = waiting;
    waiting = [];
    try {
      inTransaction(database, () => {
        for (const { text } of batch) insert.run(text.length, text);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
      return;
    }
    for (const { resolve } of batch) resolve();
    onAppended();
  };

  const append = (entry: InboxEntry): Promise<void> =>
    new Promise((resolve, reject) => {
      // Whatever else arrives in this turn of the event loop rides along.
      if (waiting.length === 0) setImmediate(commit);
      waiting.push({ text: JSON.stringify(entry), resolve, reject });
    });

  return {
    intake: { append: ({ events, badEvents }: IntakeBatch) => append({ events, badEvents }) },
    assertions: { append: (assertions) => append({ assertions }) },
    lake: { append: (table, rows) => (rows.length === 0 ? Promise.resolve() : append({ rows: { [table]: rows } })) },
    after: (position, maxBytes) => {
      const entries = [];
      let bytes = 0;
      for (const row of select.iterate(position)) {
        const read = { position: row.position as number, bytes: row.bytes as number };
        entries.push({ ...read, entry: JSON.parse(row.entry as string) as InboxEntry });
        bytes += read.bytes;
        if (bytes >= maxBytes) break;
      }
      return entries;
    },
    newest: () => (newest.get()?.seq as number | undefined) ?? 0,
    forget: async (upTo) => {
      while (forgetSome(upTo)) await sleep(FORGET_PAUSE_MS);
    },
    close: () => {
      if (waiting.length > 0) commit();
      database.close();
    },
  };
}

interface Waiting {
  readonly text: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}
