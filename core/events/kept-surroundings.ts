import { isJsonObject, type JsonObject } from "#core/kernel/json.ts";
import { type EpochMs, parseTime } from "#core/kernel/time.ts";
import type { Carrier } from "./carrier.ts";
import type { EventType } from "./event.ts";

/**
 * What stood around an event that was refused, as far as admission would ask for it again: with it the event can be
 * let in later as if it had been right at once. Whatever it says of a person's address went through the source's policy.
 */
export interface KeptSurroundings {
  /** What is kept is a whole body, of which the events are still to be unpacked. */
  readonly whole?: true;
  /** Each event of that body names a write key of its own. */
  readonly severalKeys?: true;
  /** It came from a file, in the name of a source that need not be defined. */
  readonly imported?: true;
  readonly type?: EventType;
  readonly sentAt?: EpochMs;
  readonly context?: JsonObject;
  readonly anonymousId?: string;
  readonly browserId?: string;
  readonly carrier?: Carrier;
}

interface Stated {
  readonly type?: EventType | undefined;
  readonly sentAt?: unknown;
  readonly context?: unknown;
  readonly anonymousId?: string | undefined;
  readonly browserId?: string | undefined;
  readonly carrier?: Carrier | undefined;
}

/** What is no time and no object says nothing to admission either, and is not kept. */
export function keptSurroundings({ type, sentAt, context, anonymousId, browserId, carrier }: Stated): KeptSurroundings {
  const time = parseTime(sentAt);
  return {
    ...(type === undefined ? {} : { type }),
    ...(time === undefined ? {} : { sentAt: time }),
    ...(isJsonObject(context) ? { context } : {}),
    ...(anonymousId === undefined ? {} : { anonymousId }),
    ...(browserId === undefined ? {} : { browserId }),
    ...(carrier === undefined ? {} : { carrier }),
  };
}
