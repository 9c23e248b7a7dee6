import type { EpochMs } from "#core/kernel/time.ts";
import type { Tally } from "./tally.ts";

/** How far the import of one file by one mapping has come: kept while it runs, and after, so that it runs once. */
export interface ImportProgress {
  readonly id: string;
  readonly source: string;
  readonly mapping: string;
  readonly mappingDigest: string;
  /** The file's name without its folder, as people know it. */
  readonly file: string;
  readonly contentHash: string;
  /** The time of receipt of all of its events, also of those that a later run brings. */
  readonly startedAt: EpochMs;
  /** Rows up to this number are in, broken ones included. */
  readonly rowsDone: number;
  readonly tally: Tally;
  readonly finishedAt?: EpochMs;
}
