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

export interface Inbox {
  readonly intake: Intake;
  readonly assertions: Assertions;
  readonly lake: LakeWriter<LakeRows>;
  /** Entries after a position, in order, until about `maxBytes` of them. Positions only grow. */
  after(position: number, maxBytes: number): readonly { readonly position: number; readonly entry: InboxEntry }[];
  /** The position of the newest entry, 0 where there never was one. Sees what other processes wrote. */
  newest(): number;
  /** Forgets entries up to a position: everything they said is elsewhere by now. */
  forget(upTo: number): void;
  close(): void;
}

// AUTOINCREMENT: a position is never given twice, even after the newest entries were forgotten.
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS inbox (position INTEGER PRIMARY KEY AUTOINCREMENT, bytes INTEGER NOT NULL, entry TEXT NOT NULL);
`;

/**
 * The durable door of one machine: everything that comes in is one row here before it is answered. Calls made at the
 * same time share one commit, which is what makes single events as cheap as batches.
 */
export function openInbox(path: string, onAppended: () => void = () => {}): Inbox {
  const database = openDatabase(path, SCHEMA);
  const insert = database.prepare("INSERT INTO inbox (bytes, entry) VALUES (?, ?)");
  const select = database.prepare("SELECT position, bytes, entry FROM inbox WHERE position > ? ORDER BY position");
  const newest = database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'inbox'");
  const forget = database.prepare("DELETE FROM inbox WHERE position <= ?");
  let waiting: Waiting[] = [];

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
        entries.push({ position: row.position as number, entry: JSON.parse(row.entry as string) as InboxEntry });
        bytes += row.bytes as number;
        if (bytes >= maxBytes) break;
      }
      return entries;
    },
    newest: () => (newest.get()?.seq as number | undefined) ?? 0,
    forget: (upTo) => {
      forget.run(upTo);
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
