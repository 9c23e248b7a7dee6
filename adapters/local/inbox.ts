import { setTimeout as sleep } from "node:timers/promises";
import type { LakeRows } from "#contracts/lake.ts";
import type { BadEvent } from "#core/events/bad-event.ts";
import type { Event } from "#core/events/event.ts";
import type { Intake } from "#core/events/ports.ts";
import type { LakeWriter } from "#core/kernel/ports.ts";
import type { Assertion } from "#core/profiles/evidence.ts";
import type { Assertions } from "#core/profiles/ports.ts";
import { isBusy, PATIENCE_MS } from "./database.ts";
import { inboxAppender } from "./inbox-appender.ts";
import { APPENDER_CHECKPOINT, entryWriter, openInboxFile } from "./inbox-writer.ts";

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
  /**
   * Forgets entries up to a position, bit by bit: everything they said is elsewhere by now. Where others write all the
   * time some may be left, for the next call.
   */
  forget(upTo: number): Promise<void>;
  close(): void;
}

/** Entries forgotten in one go, and the pause behind it in ms: whoever wants to append gets a turn in between. */
const FORGET_AT_ONCE = 128;
const FORGET_PAUSE_MS = 1;
/** Patience with those who append: nothing is lost by forgetting later. */
const FORGET_PATIENCE_MS = 500;

/**
 * The durable door of one machine: everything that comes in is one row here before it is answered. Calls made at the
 * same time share one commit, which is what makes single events as cheap as batches.
 */
export function openInbox(path: string, onAppended: () => void = () => {}): Inbox {
  const database = openInboxFile(path);
  const write = entryWriter(database);
  const select = database.prepare("SELECT position, bytes, entry FROM inbox WHERE position > ? ORDER BY position");
  const newest = database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'inbox'");
  const forget = database.prepare(
    "DELETE FROM inbox WHERE position IN (SELECT position FROM inbox WHERE position <= ? ORDER BY position LIMIT ?)",
  );

  /** Whether to go on. Nobody waits for the disk: what a power cut brings back is known to be done with. */
  const forgetSome = (upTo: number): boolean => {
    database.exec(
      `PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 1000; PRAGMA busy_timeout = ${FORGET_PATIENCE_MS};`,
    );
    try {
      return forget.run(upTo, FORGET_AT_ONCE).changes === FORGET_AT_ONCE;
    } catch (error) {
      // Where the disk is busy enough for that, room is made another time: what is forgotten is only space.
      if (isBusy(error)) return false;
      throw error;
    } finally {
      database.exec(
        `PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${APPENDER_CHECKPOINT}; PRAGMA busy_timeout = ${PATIENCE_MS};`,
      );
    }
  };

  const { flush, ...ports } = inboxAppender((texts, done) => {
    try {
      write(texts);
    } catch (error) {
      return done({ error });
    }
    done();
  }, onAppended);

  return {
    ...ports,
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
      flush();
      database.close();
    },
  };
}
