import type { Identifier } from "#core/kernel/identifier.ts";
import type { JsonObject } from "#core/kernel/json.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { Problem } from "./bad-event.ts";
import type { PlanStatus } from "./plan-check.ts";
import type { Trust } from "./source.ts";

export const EVENT_TYPES = ["track", "identify", "page", "screen", "group", "alias"] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** What admission noticed about an event that it nevertheless let in. */
export type EventMark = "future_time" | "unreadable_time" | "made_message_id";

/**
 * One thing that happened, in the one form everything here understands. Times are epoch milliseconds, UTC.
 * `source` and `messageId` together name the event: the same pair again is the same event again.
 */
export interface Event {
  readonly messageId: string;
  readonly source: string;
  readonly trust: Trust;
  readonly type: EventType;
  /** The name of a track; for the other types the type itself, so that every event has a name to ask for. */
  readonly name: string;
  /** Normalised, without blocked values or repetitions, strongest first. The first is the identity key. */
  readonly identifiers: readonly Identifier[];
  readonly userId?: string;
  readonly anonymousId?: string;
  readonly groupId?: string;
  readonly previousId?: string;
  /** When it happened, by our clock: the sender's skew is taken out. */
  readonly eventTime: EpochMs;
  readonly receivedAt: EpochMs;
  readonly sentAt?: EpochMs;
  /** When it happened, by the sender's clock. */
  readonly originalTime?: EpochMs;
  /** Where in its batch (0-based) or file (row number, 1-based) it stood: of copies that came together, the first counts. */
  readonly position?: number;
  readonly properties: JsonObject;
  readonly traits: JsonObject;
  readonly context: JsonObject;
  /** What the person allowed when it happened, by purpose. */
  readonly consent?: Readonly<Record<string, boolean>>;
  readonly marks?: readonly EventMark[];
  /** How it stands to the tracking plan of its source; absent where the source has none. */
  readonly plan?: { readonly status: PlanStatus; readonly problems: readonly Problem[] };
}
