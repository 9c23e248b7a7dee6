import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LEASE_MS, type TokenLease, tokensLeft, tokensToAsk } from "./token-lease.ts";

const limit = { eventsPerSecond: 1_000, burst: 2_000 };
const lease = (granted: number, left: number): TokenLease => ({ granted, left, givenAt: 5_000 });
const within = 5_000 + LEASE_MS - 1;
const after = 5_000 + LEASE_MS;

describe("a lease of tokens", () => {
  it("can be spent for as long as it lasts", () => {
    expect(tokensLeft(undefined, within)).toBe(0);
    expect(tokensLeft(lease(20, 7), within)).toBe(7);
    expect(tokensLeft(lease(20, 7), after)).toBe(0);
  });

  it("begins with what is wanted at once", () => {
    expect(tokensToAsk(undefined, limit, 15, within)).toBe(15);
  });

  it("grows while it does not last", () => {
    expect(tokensToAsk(lease(15, 0), limit, 15, within)).toBe(60);
    expect(tokensToAsk(lease(60, 3), limit, 12, within)).toBe(240);
  });

  it("shrinks to what was spent of it", () => {
    expect(tokensToAsk(lease(240, 140), limit, 15, after)).toBe(100);
    expect(tokensToAsk(lease(240, 240), limit, 15, after)).toBe(15);
  });

  it("is no more than a second's worth, but for a batch that is", () => {
    expect(tokensToAsk(lease(900, 0), limit, 15, within)).toBe(1_000);
    expect(tokensToAsk(lease(900, 0), limit, 2_500, within)).toBe(2_500);
    expect(tokensToAsk(lease(900, 0), { eventsPerSecond: 0.5, burst: 3 }, 2, within)).toBe(2);
  });

  it("always holds what is missing", () => {
    const leases = fc.record({ granted: fc.nat(5_000), left: fc.nat(100), givenAt: fc.constantFrom(0, 5_000) });
    fc.assert(
      fc.property(fc.option(leases, { nil: undefined }), fc.integer({ min: 1, max: 5_000 }), (last, shortage) => {
        expect(tokensToAsk(last, limit, shortage, within)).toBeGreaterThanOrEqual(shortage);
      }),
    );
  });
});
