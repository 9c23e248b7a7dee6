import { openDatabase } from "#adapters/local/database.ts";
import { openInbox } from "#adapters/local/inbox.ts";
import { openLakeFiles } from "#adapters/local/lake-files.ts";
import { openProgressStore, PROGRESS_SCHEMA } from "#adapters/local/progress-store.ts";
import { MEMBERSHIPS_SCHEMA } from "#adapters/local/sqlite-membership-store.ts";
import { PROFILES_SCHEMA } from "#adapters/local/sqlite-profile-store.ts";
import type { IdentityRules } from "#core/identity/identity-rules.ts";
import type { Clock } from "#core/kernel/ports.ts";
import { absorberOf } from "./absorber.ts";
import { changeKeeper } from "./change-keeper.ts";
import type { DataFolder } from "./data-folder.ts";
import { openLakeFeed } from "./lake-feed.ts";
import { openReactor } from "./reactor.ts";
import { openReteller } from "./reteller.ts";

/**
 * What the queue, the resolver and Firehose are in the cloud: takes what came into the inbox to the profiles and to
 * the lake's files. Only one process may have a processor open on a folder (see `single-holder.ts`).
 */
export interface Processor {
  /** Absorbs the next stretch of the inbox and answers its bytes: `STEP_BYTES` where there may be more, 0 for none. */
  step(): Promise<number>;
  /**
   * Takes the next page of profiles over to changed rules, and looks at the next whom segments wait for; answers how many
   * keys and profiles, 0 where there is nothing to do.
   */
  retell(): Promise<number>;
  /** Goes by the rules that the folder holds now. */
  useRules(): Promise<void>;
  /** Whether all profiles were taken over to changed rules and nothing remains but to write. */
  isRetold(): boolean;
  /** Puts everything absorbed so far into lake files. One at a time. */
  flush(): Promise<void>;
  /** Makes one file of many small ones; answers whether there were many. Not while a flush is under way. */
  compact(): Promise<boolean>;
  /** How much was absorbed and is not in lake files or on its way there, and for how many ms the oldest of it is. */
  waiting(): { readonly entries: number; readonly size: number; readonly ms: number };
  /** The last inbox entry that is in the profiles. */
  absorbed(): number;
  close(): Promise<void>;
}

export interface ProcessorPorts {
  readonly folder: DataFolder;
  /** Reads the rules that the folder holds now: another process may have changed them. */
  readonly rules: () => Promise<IdentityRules>;
  readonly clock: Clock;
  /** Hears of an entry that no profile could take in, or a row that no table can hold, and where it is kept. */
  readonly onSetAside: (error: unknown, what: string) => void;
}

/** Bytes absorbed in one transaction: enough to share its cost, few enough to hold. */
export const STEP_BYTES = 2_000_000;
/** Lines written to one file: what bounds the memory that writing takes while a million events come in. */
export const FLUSH_SIZE = 6_000_000;

export async function openProcessor({ folder, rules, clock, onSetAside }: ProcessorPorts): Promise<Processor> {
  const database = openDatabase(folder.profiles, PROFILES_SCHEMA + MEMBERSHIPS_SCHEMA + PROGRESS_SCHEMA);
  // What is touched most stays at hand; checkpoints, which wait for the disk, come seldom.
  database.exec("PRAGMA cache_size = -8192; PRAGMA wal_autocheckpoint = 8000;");
  const progress = openProgressStore(database);
  const inbox = openInbox(folder.inbox);
  const files = await openLakeFiles(folder.lake, onSetAside);
  const keepChanges = changeKeeper(progress, clock);
  const reteller = openReteller({ database, rules: await rules(), keepChanges });
  const { definitions, computed } = folder;
  const reactor = openReactor({ database, progress, definitions, computed, clock, onTrouble: onSetAside });
  const absorber = absorberOf({ database, progress, reteller, keepChanges, reactor, onSetAside });
  const feed = await openLakeFeed({ database, progress, inbox, files, stretch: STEP_BYTES });
  let waitingSince = clock();
  /** Rows that no inbox entry brought: of profiles told again, of segments. */
  const made = (): number => reteller.made() + reactor.made();
  let writtenOfMade = 0;
  const waits = (): boolean => feed.begun() < absorber.absorbed() || writtenOfMade < made();
  const noteWaiting = (): void => {
    if (!waits()) waitingSince = clock();
  };
  return {
    step: async () => {
      const batch = inbox.after(absorber.absorbed(), STEP_BYTES);
      if (batch.length === 0) return 0;
      noteWaiting();
      await absorber.absorb(batch);
      // After it: whoever asks for a profile waits for no lines of the lake.
      feed.add(batch.map(({ entry }) => entry));
      return batch.reduce((sum, { bytes }) => sum + bytes, 0);
    },
    retell: async () => {
      noteWaiting();
      return (await reteller.step()) + (await reactor.step(reteller.rules()));
    },
    useRules: async () => reteller.use(await rules()),
    isRetold: () => reteller.isWalked(),
    flush: async () => {
      const isWhole = reteller.isWalked();
      writtenOfMade = made();
      await feed.flush(absorber.absorbed());
      if (isWhole) reteller.complete();
    },
    compact: () => feed.compact(),
    waiting: () => ({
      entries: absorber.absorbed() - feed.begun() + (writtenOfMade < made() ? 1 : 0),
      size: feed.size() + made() - writtenOfMade,
      ms: waits() ? clock() - waitingSince : 0,
    }),
    absorbed: () => absorber.absorbed(),
    close: async () => {
      await feed.close();
      files.close();
      inbox.close();
      reactor.close();
      database.close();
    },
  };
}
