import type { JsonObject } from "#core/kernel/json.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { ComputedTrait } from "./computed-trait.ts";
import type { CountedDay, MarkedTable } from "./lake-marks.ts";
import type { Edge } from "./window-edges.ts";

/** What stands on a profile. */
export interface StoredComputed {
  /** The run that wrote it. */
  readonly run: number;
  readonly computed: JsonObject;
}

export interface ComputedWrite {
  readonly profileId: string;
  readonly run: number;
  /** Absent where nothing is to stand there any more. */
  readonly computed?: JsonObject;
}

export interface ComputedStore {
  /** What stands on each profile; those on which nothing stands are absent. Sees every write answered before the call. */
  read(profileIds: readonly string[]): Promise<ReadonlyMap<string, StoredComputed>>;
  /**
   * Each write is made unless something of a later run stands there; whatever is left as it was is left without a word.
   * Once it has answered, what was made survives the death of the process. If it fails, some may have been made.
   */
  write(writes: readonly ComputedWrite[]): Promise<void>;
}

/** People whose values may have changed; too many of them rather than too few. */
export interface Touched {
  readonly kind: "touched";
  /** Rows that came since are new to us, and all rows of these days and months. */
  readonly since: EpochMs;
  readonly periods: Readonly<Record<MarkedTable, readonly string[]>>;
  readonly edges: readonly Edge[];
}

/** Whom to measure: also whoever has values by now and is to have none. */
export type People = Touched | { readonly kind: "everybody" };

export interface Asked {
  readonly traits: readonly ComputedTrait[];
  readonly now: EpochMs;
  readonly people: People;
}

/** People measured together: those after one profile id and up to another, in text order. */
export interface Page {
  readonly after: string;
  readonly upTo: string;
  /** Who they are, where they are few. */
  readonly ids?: readonly string[];
}

/** The lake, as computed traits ask it. */
export interface ComputedLake {
  /** Every day that has rows, with what came before each of the two instants. */
  marks(known: EpochMs, settled: EpochMs): Promise<readonly CountedDay[]>;
  /** The people asked for whose ids come after `after`, in pages in order; no page where there is nobody. */
  pages(asked: Asked, after: string): Promise<readonly Page[]>;
  /** What all traits come to for everybody of a page; `{}` where they come to nothing. */
  measure(asked: Asked, page: Page): Promise<ReadonlyMap<string, JsonObject>>;
}

/** What a trait comes to for a few people. */
export interface ComputedSample {
  /** How many people have events of it. */
  readonly people: number;
  readonly values: ReadonlyMap<string, JsonObject>;
  /** The statement that was asked. */
  readonly sql: string;
}
