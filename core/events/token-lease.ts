import { SECOND } from "#core/kernel/time.ts";
import type { RateLimit } from "./source.ts";

/**
 * Tokens that one of several instances took from a bucket they share, to spend from its own memory: so that they share
 * a limit without asking each other about every request. Times are in ms since the epoch.
 */
export interface TokenLease {
  /** How many it was given, and how many of them it still has. */
  readonly granted: number;
  readonly left: number;
  readonly givenAt: number;
}

/**
 * How long a lease is good for. Whatever goes in was taken from the shared bucket no longer ago than this, so instances,
 * however many, go over the limit by no more than what the rate gives in such a time (`docs/decisions/0024`).
 */
export const LEASE_MS = SECOND;

/** How much more is asked for each time that a lease did not last: from one event to a million in ten steps. */
const GROWTH = 4;

const isGood = ({ givenAt }: TokenLease, now: number): boolean => now < givenAt + LEASE_MS;

/** How many tokens there are to spend. */
export const tokensLeft = (lease: TokenLease | undefined, now: number): number =>
  lease !== undefined && isGood(lease, now) ? lease.left : 0;

/**
 * How many tokens to ask for when `shortage` are missing: those, and about as many as will be wanted within the second,
 * by what was wanted in the last. One who sends little asks for what it sends, so nothing lies about unused; nobody asks
 * for more than the rate gives in the life of a lease, so that something is left to the others.
 */
export function tokensToAsk(last: TokenLease | undefined, limit: RateLimit, shortage: number, now: number): number {
  const most = Math.floor((limit.eventsPerSecond * LEASE_MS) / SECOND);
  return Math.max(shortage, Math.min(last === undefined ? 0 : wantedAfter(last, now), most));
}

const wantedAfter = (last: TokenLease, now: number): number =>
  isGood(last, now) ? last.granted * GROWTH : last.granted - last.left;
