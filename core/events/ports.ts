import type { BadEvent } from "./bad-event.ts";
import type { Event } from "./event.ts";
import type { Source } from "./source.ts";

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
