import type { EpochMs } from "#core/kernel/time.ts";

/** One evaluation of one segment: asked for under a name, at an instant. The same name again is the same run. */
export interface SnapshotRun {
  readonly segmentId: string;
  readonly runId: string;
  /** The instant at which membership is evaluated, whenever the run is made. */
  readonly now: EpochMs;
}

interface Evaluated {
  readonly runId: string;
  readonly now: EpochMs;
  readonly definitionVersion: number;
  readonly members: number;
}

/** A run that is being told: whom it found stands, and those up to `after` (in text order) were told of. */
export interface TellingSnapshot extends Evaluated {
  /** The name of its lists. */
  readonly snapshot: string;
  readonly after: string | null;
  readonly entered: number;
  readonly left: number;
}

/**
 * How far the snapshots of one segment are: the last that was told to its end, and the one on its way there. A run takes
 * its lists first, whole; only then is it named here as `telling`, and from then on it is carried to its end before any
 * other is begun.
 */
export interface SnapshotState {
  readonly committed: Evaluated | null;
  readonly telling: TellingSnapshot | null;
  /** The lists that a run is taking. Whoever claims the state after it, taking it for dead, takes others. */
  readonly taking: string | null;
  /** Lists that nobody needs any more, to be forgotten when the next run begins. */
  readonly leftOver: readonly string[];
}

export const NO_SNAPSHOT: SnapshotState = { committed: null, telling: null, taking: null, leftOver: [] };
