import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RateLimit } from "./source.ts";
import { fullBucket, putBackTokens, type TokenBucket, takeTokens, waitSeconds } from "./token-bucket.ts";

const limits = fc.record({
  eventsPerSecond: fc.oneof(fc.integer({ min: 1, max: 1_000_000 }), fc.double({ min: 0.01, max: 1_000, noNaN: true })),
  burst: fc.integer({ min: 1, max: 10_000 }),
});
const moment = Date.parse("2026-11-02T10:00:00.000Z");

interface Ask {
  readonly afterMs: number;
  readonly events: number;
}
const asks = fc.array(
  fc.record({ afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20_000 })), events: fc.nat(3_000) }),
  { minLength: 1, maxLength: 60 },
);
/** The same, on a clock that is set back now and then. */
const unsteadyAsks = fc.array(fc.record({ afterMs: fc.integer({ min: -9_000, max: 9_000 }), events: fc.nat(300) }), {
  minLength: 1,
  maxLength: 60,
});

interface Outcome {
  readonly at: number;
  /** Of the time that went forwards, in ms. */
  readonly passed: number;
  readonly events: number;
}

/** What went in, of what was asked one after the other. */
function letIn(limit: RateLimit, asked: readonly Ask[]): readonly Outcome[] {
  const went: Outcome[] = [];
  let bucket: TokenBucket = fullBucket;
  let [at, passed] = [moment, 0];
  for (const { afterMs, events } of asked) {
    at += afterMs;
    passed += Math.max(0, afterMs);
    const taken = takeTokens(bucket, limit, events, at);
    bucket = taken.bucket;
    if (taken.kind === "taken") went.push({ at, passed, events });
  }
  return went;
}

/** In every stretch from one batch that went in to a later one. */
function expectWithin({ eventsPerSecond, burst }: RateLimit, went: readonly Outcome[]): void {
  went.forEach((first, from) => {
    let events = 0;
    let largest = burst;
    for (const last of went.slice(from)) {
      events += last.events;
      largest = Math.max(largest, last.events);
      const seconds = (last.passed - first.passed) / 1_000;
      // The rounding: a microsecond's worth of events, and what is lost in adding doubles.
      const rounding = eventsPerSecond * 3e-6 + 0.01;
      expect(events).toBeLessThanOrEqual(largest + eventsPerSecond * seconds + rounding);
    }
  });
}

describe("a token bucket", () => {
  it("never lets in more than the burst, or one larger batch, and what the rate gives", () => {
    fc.assert(fc.property(limits, asks, (limit, asked) => expectWithin(limit, letIn(limit, asked))));
  });

  it("lets in no more on a clock that is set back, and has nobody wait for the clock", () => {
    fc.assert(
      fc.property(limits, unsteadyAsks, (limit, asked) => {
        expectWithin(limit, letIn(limit, asked));
        const before = asked.reduce((at, { afterMs }) => at + afterMs, moment);
        const taken = takeTokens({ fullAt: before + 5_000, seenAt: before }, limit, 1, before - 86_400_000);
        // As far from full as it was, whatever the clock says now.
        expect(taken.kind === "refused" ? taken.waitMs : 0).toBeLessThanOrEqual(5_000);
      }),
    );
  });

  it("does not change by refusing", () => {
    fc.assert(
      fc.property(limits, asks, fc.nat(5_000), (limit, asked, more) => {
        const last = asked.reduce<TokenBucket>(
          (bucket, { events }) => takeTokens(bucket, limit, events, moment).bucket,
          fullBucket,
        );
        const refused = takeTokens(last, limit, more, moment);
        if (refused.kind === "refused") expect(refused.bucket).toEqual(last);
      }),
    );
  });

  it("names a wait that is enough, and not a second longer", () => {
    fc.assert(
      fc.property(limits, asks, fc.integer({ min: 1, max: 5_000 }), (limit, asked, events) => {
        let bucket: TokenBucket = fullBucket;
        for (const ask of asked) bucket = takeTokens(bucket, limit, ask.events, moment).bucket;
        const refused = takeTokens(bucket, limit, events, moment);
        if (refused.kind === "taken") return;
        const later = (ms: number) => takeTokens(refused.bucket, limit, events, moment + ms).kind;
        const seconds = waitSeconds(refused.waitMs);
        expect(later(refused.waitMs)).toBe("taken");
        expect(later(seconds * 1_000)).toBe("taken");
        if (seconds > 1) expect(later((seconds - 1) * 1_000)).toBe("refused");
      }),
    );
  });

  it("takes a batch larger than the burst when it is full, and is in debt then", () => {
    const limit = { eventsPerSecond: 10, burst: 20 };
    const large = takeTokens(fullBucket, limit, 100, moment);
    expect(large.kind).toBe("taken");
    // 100 were taken of 20: 80 are owed, and one more needs 81 at 10 a second.
    expect(takeTokens(large.bucket, limit, 1, moment)).toMatchObject({ kind: "refused", waitMs: 8_100 });
    expect(takeTokens(large.bucket, limit, 100, moment + 9_999).kind).toBe("refused");
    expect(takeTokens(large.bucket, limit, 100, moment + 10_000).kind).toBe("taken");
  });

  it("is as before once what was taken is put back", () => {
    const limit = { eventsPerSecond: 10, burst: 20 };
    const some = takeTokens(fullBucket, limit, 5, moment).bucket;
    const more = takeTokens(some, limit, 15, moment).bucket;
    expect(takeTokens(more, limit, 1, moment).kind).toBe("refused");
    expect(takeTokens(putBackTokens(more, limit, 15), limit, 15, moment).kind).toBe("taken");
    expect(takeTokens(putBackTokens(more, limit, 15), limit, 16, moment).kind).toBe("refused");
  });

  it("asks for whole seconds, one at least", () => {
    expect([0.4, 1_000, 1_000.5, 59_999].map(waitSeconds)).toEqual([1, 1, 2, 60]);
  });
});
