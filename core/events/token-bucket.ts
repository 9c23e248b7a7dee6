import { SECOND } from "#core/kernel/time.ts";
import type { RateLimit } from "./source.ts";

/**
 * How much a source may still send: a bucket that holds `burst` events' worth of tokens and is filled up at
 * `eventsPerSecond`. One instant says how full it is, as in the generic cell rate algorithm (ITU-T I.371): when it will
 * be full again, if nobody takes. Times are in ms, of whatever clock it is asked with.
 */
export interface TokenBucket {
  readonly fullAt: number;
  /** When it was last asked. */
  readonly seenAt: number;
}

export const fullBucket: TokenBucket = { fullAt: Number.NEGATIVE_INFINITY, seenAt: Number.NEGATIVE_INFINITY };

/** What became of asking. `waitMs`: after so long the same events go in, if nobody else takes. */
export type Taken =
  | { readonly kind: "taken"; readonly bucket: TokenBucket }
  | { readonly kind: "refused"; readonly bucket: TokenBucket; readonly waitMs: number };

/** Less than a microsecond or two is no wait, but what adding and rounding times leaves over. */
export const ROUNDING_MS = 0.002;

/**
 * Takes tokens for so many events, or none. In any stretch of time no more go in than `burst`, or one batch where that
 * is larger, and what the rate gives in that time. A batch larger than the burst needs the whole bucket and leaves a
 * debt, which everybody then waits for: so no batch that may be sent at all is refused for ever.
 */
export function takeTokens(bucket: TokenBucket, limit: RateLimit, events: number, now: number): Taken {
  const seen = seenAgain(bucket, now);
  if (events === 0) return { kind: "taken", bucket: seen };
  const from = Math.max(seen.fullAt, now);
  const waitMs = from - now - slackMs(limit, events);
  if (waitMs > ROUNDING_MS) return { kind: "refused", bucket: seen, waitMs };
  return { kind: "taken", bucket: { fullAt: from + costMs(limit, events), seenAt: now } };
}

/** Puts back what was taken for events that did not go in after all. */
export const putBackTokens = ({ fullAt, seenAt }: TokenBucket, limit: RateLimit, events: number): TokenBucket => ({
  fullAt: fullAt - costMs(limit, events),
  seenAt,
});

/**
 * A clock that was set back takes the bucket's time with it: it neither gives tokens nor has anybody wait for the clock
 * to come by here again.
 */
function seenAgain({ fullAt, seenAt }: TokenBucket, now: number): TokenBucket {
  return { fullAt: now < seenAt ? fullAt - (seenAt - now) : fullAt, seenAt: now };
}

/** How long the rate takes to make up for so many events. */
export const costMs = ({ eventsPerSecond }: RateLimit, events: number): number => (events / eventsPerSecond) * SECOND;

/** How far from full a bucket may be and still have what these events need. */
export const slackMs = (limit: RateLimit, events: number): number =>
  costMs(limit, limit.burst - Math.min(events, limit.burst));

/** What a bucket is called where several are kept: with a new limit a source begins with a new one. */
export const bucketName = (source: string, { eventsPerSecond, burst }: RateLimit): string =>
  `${source}/${eventsPerSecond}/${burst}`;

/** Whole seconds, one at least, because that is what `Retry-After` can say. */
export const waitSeconds = (waitMs: number): number => Math.max(1, Math.ceil((waitMs - ROUNDING_MS / 2) / SECOND));
