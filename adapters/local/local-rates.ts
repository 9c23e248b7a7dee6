import type { Rates } from "#core/events/ports.ts";
import type { RateLimit } from "#core/events/source.ts";
import {
  bucketName,
  fullBucket,
  putBackTokens,
  type TokenBucket,
  takeTokens,
  waitSeconds,
} from "#core/events/token-bucket.ts";

/**
 * Limits of one process, by a clock that nobody can set. One bucket for each limited source, forgotten when the process
 * ends: whoever restarts it gives every source its burst anew.
 */
export function localRates(now: () => number = () => performance.now()): Rates {
  const buckets = new Map<string, { readonly name: string; readonly bucket: TokenBucket }>();
  const bucketOf = (source: string, name: string): TokenBucket => {
    const held = buckets.get(source);
    return held?.name === name ? held.bucket : fullBucket;
  };
  return {
    take: async (source: string, limit: RateLimit, events: number) => {
      const name = bucketName(source, limit);
      const taken = takeTokens(bucketOf(source, name), limit, events, now());
      buckets.set(source, { name, bucket: taken.bucket });
      return taken.kind === "taken" ? 0 : waitSeconds(taken.waitMs);
    },
    putBack: (source: string, limit: RateLimit, events: number) => {
      const name = bucketName(source, limit);
      buckets.set(source, { name, bucket: putBackTokens(bucketOf(source, name), limit, events) });
    },
  };
}
