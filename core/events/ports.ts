import type { BadEvent } from "./bad-event.ts";
import type { Event } from "./event.ts";
import type { PlanCheck } from "./plan-check.ts";
import type { RateLimit, Source } from "./source.ts";

/** What one request or one stretch of a file brings in. */
export interface IntakeBatch {
  readonly events: readonly Event[];
  readonly badEvents: readonly BadEvent[];
}

export interface Intake {
  /**
   * Resolves once the whole batch is durable: from then on each event reaches the lake and its profile at least once,
   * and each bad event the lake, whatever process dies. Rejects if anything of it may not be; the sender then repeats
   * the batch, which does no harm. Batches appended at the same time may share one durable write.
   */
  append(batch: IntakeBatch): Promise<void>;
}

export interface Sources {
  /** The source that a write key belongs to, enabled or not; `undefined` where no source ever had that key. */
  byWriteKey(writeKey: string): Promise<Source | undefined>;
}

export interface Plans {
  /** The tracking plan of this id, ready to be asked; `undefined` where there is none. At most a minute old. */
  checkOf(planId: string): Promise<PlanCheck | undefined>;
}

export interface Rates {
  /**
   * Counts so many events of a source against its limit. Answers 0 where they may go in, else the whole seconds to wait
   * before they may; refused events are not counted. Never rejects: a limit that cannot be looked up limits nobody.
   */
  take(source: string, limit: RateLimit, events: number): Promise<number>;
  /** Uncounts events that were let in a moment ago and did not go in after all. */
  putBack(source: string, limit: RateLimit, events: number): void;
}
