import type { Fault } from "#test/support/faulty-proxy.ts";

/** What a 429 asks for where it asks, in seconds: more than any of those clients waits that disregard it. */
export const RETRY_AFTER = 2;

const busy: Fault = { kind: "answered", status: 429, retryAfter: RETRY_AFTER, stored: false };
const unavailable: Fault = { kind: "answered", status: 503, stored: false };
const cutAfter: Fault = { kind: "cut", stored: true };

/** What every client is driven through, by the name it has in the table: each event meets these, one after the other. */
export const FAULTS = {
  "429 with Retry-After": [busy],
  "429 without": [{ kind: "answered", status: 429, stored: false }],
  "503 before": [unavailable],
  "504 after": [{ kind: "answered", status: 504, stored: true }],
  "cut before": [{ kind: "cut", stored: false }],
  "cut after": [cutAfter],
  "silence before": [{ kind: "silent", stored: false }],
  "silence after": [{ kind: "silent", stored: true }],
  "slow answer": [{ kind: "slow", stored: true }],
  "three in a row": [unavailable, cutAfter, busy],
  "page left": [],
} as const satisfies Readonly<Record<string, readonly Fault[]>>;

export type FaultName = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];

/** Whether events are stored at their first delivery, whatever becomes of it. */
export const isStoredAtOnce = (name: FaultName): boolean => FAULTS[name].every(({ stored }) => stored);
