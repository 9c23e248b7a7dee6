import { type EpochMs, parseTime } from "#core/kernel/time.ts";
import type { EventMark } from "./event.ts";

export interface EventTimes {
  readonly eventTime: EpochMs;
  readonly receivedAt: EpochMs;
  readonly sentAt?: EpochMs;
  readonly originalTime?: EpochMs;
  readonly mark?: EventMark;
}

/**
 * When an event happened by our clock: `receivedAt − (sentAt − original)`, as Segment corrects it. Without `sentAt`
 * (files, servers) the sender's time stands as it is; without a readable time, the time of receipt.
 */
export function eventTimes(
  sent: { readonly original: unknown; readonly sentAt: unknown },
  receivedAt: EpochMs,
  futureMs: number,
): EventTimes {
  const original = parseTime(sent.original);
  const sentAt = parseTime(sent.sentAt);
  if (original === undefined) {
    const unreadable = sent.original !== undefined && sent.original !== null;
    return {
      eventTime: receivedAt,
      receivedAt,
      ...(sentAt === undefined ? {} : { sentAt }),
      ...(unreadable ? { mark: "unreadable_time" as const } : {}),
    };
  }
  const corrected = sentAt === undefined ? original : receivedAt - (sentAt - original);
  // A clock so wrong that setting it right leads out of the calendar says nothing about the event.
  const eventTime = parseTime(corrected) ?? original;
  return {
    eventTime,
    receivedAt,
    originalTime: original,
    ...(sentAt === undefined ? {} : { sentAt }),
    ...(eventTime > receivedAt + futureMs ? { mark: "future_time" as const } : {}),
  };
}
