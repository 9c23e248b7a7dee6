import type { EpochMs } from "#core/kernel/time.ts";

/** One evaluation of one segment: asked for under a name, at an instant. The same name again is the same run. */
export interface SnapshotRun {
  readonly segmentId: string;
  readonly runId: string;
  /** The instant at which membership is evaluated, whenever the run is made. */
  readonly now: EpochMs;
}

/** Whom a run found: kept as a list of profile ids under this name. */
interface Taken {
  readonly runId: string;
  readonly now: EpochMs;
  readonly definitionVersion: number;
  readonly snapshot: string;
}

/** A run whose differences everybody was told of. */
export interface CommittedSnapshot extends Taken {
  readonly members: number;
}

/** A run that is being told: whom it found stands, and those up to `after` (in text order) were told of. */
export interface TellingSnapshot extends Taken {
  readonly after: string | null;
  readonly members: number;
  readonly entered: number;
  readonly left: number;
}

/**
 * How far the snapshots of one segment are: the last that counts, and the one on its way to count. A run takes its list
 * first, whole; only then is it named here as `telling`, and from then on it is carried to its end before any other is
 * begun.
 */
export interface SnapshotState {
  readonly committed: CommittedSnapshot | null;
  readonly telling: TellingSnapshot | null;
  /** The list that a run is taking. Whoever claims the state after it was not answered in time takes another. */
  readonly taking: string | null;
  /** Lists that nobody needs any more, to be forgotten when the next run begins. */
  readonly leftOver: readonly string[];
}

export const NO_SNAPSHOT: SnapshotState = { committed: null, telling: null, taking: null, leftOver: [] };
