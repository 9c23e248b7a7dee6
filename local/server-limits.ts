/** What a server bears at once. Beyond it, it says so (429, or 408 to who is too slow) rather than fall over. */
export interface ServerLimits {
  /** Of one body. API Gateway's own limit. */
  readonly bodyBytes: number;
  /** For requests that bring events, and for those to the management API: neither crowds out the other. */
  readonly collect: GateLimits;
  readonly api: GateLimits;
  /** One more is not taken. A little before, those who never asked for anything are let go, oldest first. */
  readonly connections: number;
  /** What a body must arrive at on average, once it took `afterMs`; slower senders are let go. */
  readonly slowest: { readonly afterMs: number; readonly bytesPerSecond: number };
}

export interface GateLimits {
  /** Of all bodies that are being received or answered. */
  readonly heldBytes: number;
  /** Of those of them that are larger than any batch may be: so that they leave room for batches. */
  readonly largeHeldBytes: number;
  /** Requests that are being received or answered. */
  readonly requests: number;
}

const MIB = 1024 * 1024;

export const defaultServerLimits: ServerLimits = {
  bodyBytes: 10 * MIB,
  collect: { heldBytes: 64 * MIB, largeHeldBytes: 24 * MIB, requests: 1_024 },
  api: { heldBytes: 24 * MIB, largeHeldBytes: 24 * MIB, requests: 128 },
  connections: 2_048,
  slowest: { afterMs: 5_000, bytesPerSecond: 1_024 },
};

/** From here on a body is a large one: no batch that may go in is larger (`core/events/admission-limits.ts`). */
export const LARGE_BYTES: number = 512 * 1024;
