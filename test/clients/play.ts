import { setTimeout as sleep } from "node:timers/promises";
import { type Delivery, type FaultyProxy, startFaultyProxy } from "#test/support/faulty-proxy.ts";
import type { TributaryProcess } from "#test/support/tributary-process.ts";
import type { Client } from "./client.ts";
import { FAULTS, type FaultName, isStoredAtOnce } from "./faults.ts";

/** What was seen of a client that was driven through a fault, or through none. */
export interface Played {
  readonly client: Client;
  readonly fault?: FaultName;
  readonly userId: string;
  readonly deliveries: readonly Delivery[];
  readonly others: readonly string[];
  /** What the client told of. */
  readonly failures: readonly unknown[];
}

/** How long a client may take to get everything through. */
const PATIENCE_MS = 120_000;
/** How long nothing has to come, once all of it came, before a client counts as done: those that repeat wait less. */
const QUIET_MS = 3_000;
const LOOK_MS = 50;
/** What a wait may seem to be shorter than it was: timers count whole ms, and sender and proxy go by two clocks. */
export const CLOCKS_DIFFER_MS = 50;

/** Lets a client send to Tributary through a proxy of its own. */
export async function play(
  tributary: TributaryProcess,
  client: Client,
  userId: string,
  fault?: FaultName,
): Promise<Played> {
  const proxy = await startFaultyProxy(tributary.url, fault === undefined ? [] : FAULTS[fault]);
  const repeats = client.repeats !== "never" || fault === undefined;
  const settled = (): Promise<void> =>
    repeats ? acknowledged(proxy, client.calls.length) : quiet(proxy, client.calls.length);
  try {
    const failures = await client.send(
      { url: proxy.url, writeKey: tributary.writeKey, settled },
      userId,
      fault === "page left",
    );
    const { deliveries, others } = proxy;
    return { client, ...(fault === undefined ? {} : { fault }), userId, deliveries, others, failures };
  } finally {
    await proxy.close();
  }
}

/** Whether all that was called for was taken in. */
export const isWhole = ({ client, deliveries }: Pick<Played, "client" | "deliveries">): boolean =>
  storedIn(deliveries).size >= client.calls.length;

const storedIn = (deliveries: readonly Delivery[]): ReadonlySet<string> =>
  new Set(deliveries.filter(({ status }) => status === 200).flatMap(({ messageIds }) => messageIds));

/** Until so many events are stored, and nothing is on its way any more. What never comes is found missing later. */
async function acknowledged({ deliveries }: FaultyProxy, events: number): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  while (performance.now() < until) {
    const stored = storedIn(deliveries);
    const told = new Set(deliveries.filter(isAcknowledged).flatMap(({ messageIds }) => messageIds));
    if (stored.size >= events && told.size >= events) return;
    await sleep(LOOK_MS);
  }
}

/** The sender heard that its events are stored. */
const isAcknowledged = ({ status, fault, endedAt }: Delivery): boolean =>
  status === 200 && endedAt !== undefined && (fault === undefined || fault.kind === "slow");

/** A page that has not even begun to send is not done: how long that takes is the machine's affair. */
async function quiet({ deliveries }: FaultyProxy, events: number): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  const came = (): number => new Set(deliveries.flatMap(({ messageIds }) => messageIds)).size;
  while (came() < events && performance.now() < until) await sleep(LOOK_MS);
  const started = performance.now();
  const last = (): number => Math.max(started, ...deliveries.map(({ arrivedAt, endedAt = arrivedAt }) => endedAt));
  while (performance.now() < last() + QUIET_MS) await sleep(LOOK_MS);
}

/** Whether a client is to lose its events to a fault. */
export const isLost = ({ repeats, givesUpOn = [] }: Client, fault: FaultName): boolean =>
  repeats === "never" ? !isStoredAtOnce(fault) : givesUpOn.includes(fault);

/** How long after a 429 each event came again, in ms: the shortest. */
export function shortestWait(deliveries: readonly Delivery[]): number {
  const waits = deliveries.flatMap(({ fault, messageIds, endedAt = 0 }, at) => {
    if (fault?.kind !== "answered" || fault.status !== 429) return [];
    const later = deliveries.slice(at + 1);
    return messageIds.flatMap((id) => {
      const again = later.find((delivery) => delivery.messageIds.includes(id));
      return again === undefined ? [] : [again.arrivedAt - endedAt];
    });
  });
  return Math.min(...waits);
}

/** Runs tasks a few at a time, in order. */
export async function inTurns<T>(tasks: readonly (() => Promise<T>)[], atOnce: number): Promise<readonly T[]> {
  const results: T[] = [];
  const waiting = tasks.entries();
  const worker = async (): Promise<void> => {
    for (const [at, task] of waiting) results[at] = await task();
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
