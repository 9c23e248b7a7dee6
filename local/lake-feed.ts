import type { DatabaseSync } from "node:sqlite";
import { inTransaction } from "#adapters/local/database.ts";
import type { Inbox, InboxEntry } from "#adapters/local/inbox.ts";
import type { LakeDraft, LakeFiles } from "#adapters/local/lake-files.ts";
import type { ProgressStore, WritePlan } from "#adapters/local/progress-store.ts";
import { LinesByPart } from "./lake-lines.ts";

/** Takes inbox entries, and what they changed in profiles, to the lake's files: what Firehose is in the cloud. */
export interface LakeFeed {
  add(entries: readonly InboxEntry[]): void;
  /** UTF-16 units of lines that wait for their file. */
  size(): number;
  /** Puts what was added into files, as the entries up to `absorbed`. One at a time. */
  flush(absorbed: number): Promise<void>;
  /** Makes one file of many small ones, or settles what has come; answers whether it did. Not while a flush is under way. */
  compact(): Promise<boolean>;
  /** The last entry that is in files or on its way there. */
  begun(): number;
  /** Resolves once what is in files is forgotten elsewhere. */
  close(): Promise<void>;
}

export interface LakeFeedPorts {
  readonly database: DatabaseSync;
  readonly progress: ProgressStore;
  readonly inbox: Inbox;
  readonly files: LakeFiles;
  /** Read again at once, in bytes, when the last process died before it wrote. */
  readonly stretch: number;
}

/** Goes on where the last process was interrupted, so that nothing is left out and nothing written twice. */
export async function openLakeFeed({ database, progress, inbox, files, stretch }: LakeFeedPorts): Promise<LakeFeed> {
  const addTo = (draft: LakeDraft, entries: readonly InboxEntry[]): void => {
    const lines = new LinesByPart();
    for (const entry of entries) lines.addEntry(entry);
    for (const part of lines.parts()) draft.add(part);
  };

  /** The lines of entries that were absorbed, and not written, before the last process died. */
  const redraft = (from: number, to: number): LakeDraft => {
    const drafted = files.draft();
    for (let at = from; at < to; ) {
      const batch = inbox.after(at, stretch).filter(({ position }) => position <= to);
      const entries = batch.map(({ entry }) => entry);
      addTo(drafted, entries);
      at = batch.at(-1)?.position ?? to;
    }
    return drafted;
  };

  /** Entries that are in files go on being forgotten while others are absorbed. */
  let forgetting: Promise<void> = Promise.resolve();

  const write = async (draft: LakeDraft, plan: WritePlan): Promise<void> => {
    for (const change of progress.changes(plan.changesTo)) draft.add(change);
    await files.write(plan.name, draft);
    inTransaction(database, () => progress.completePlan(plan));
    await forgetting;
    forgetting = inbox.forget(plan.entriesTo);
    forgetting.catch(() => {}); // Awaited, with its error, before the next time and at the end.
  };

  const interrupted = progress.progress();
  if (interrupted.plan !== undefined) {
    await write(redraft(interrupted.written, interrupted.plan.entriesTo), interrupted.plan);
  }
  if (interrupted.crowd !== undefined) await files.resume(interrupted.crowd);
  progress.setCrowd(undefined);
  const { written, absorbed } = progress.progress();
  let draft = redraft(written, absorbed);
  let begun = written;

  return {
    add: (entries) => addTo(draft, entries),
    size: () => draft.size,
    begun: () => begun,
    close: () => forgetting,
    flush: async (upTo) => {
      const changesTo = progress.newestChange();
      // Entries without lines (a person's word on links) are written too: whoever waits for them waits for that.
      if (begun === upTo && changesTo === 0) return;
      const plan: WritePlan = { name: `${begun + 1}-${upTo}-${changesTo}`, entriesTo: upTo, changesTo };
      progress.setPlan(plan);
      const drafted = draft;
      draft = files.draft();
      begun = upTo;
      await write(drafted, plan);
    },
    compact: async () => {
      const crowd = await files.nextCrowd();
      if (crowd === undefined) return await files.settle();
      await files.merge(crowd);
      progress.setCrowd(crowd);
      await files.replace(crowd);
      progress.setCrowd(undefined);
      return true;
    },
  };
}
