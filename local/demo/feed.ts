import { type EventSender, pause } from "./event-sender.ts";
import type { Delivery, ShopEvent, ShopSource } from "./shop-world.ts";

/** How often the feed looks what is due, ms. */
const TICK_MS = 100;
/** A batch as large as the collector's own limits (500 KB) allow with room to spare. */
const BATCH_EVENTS = 100;
/** Requests under way at once: enough that none waits for another's fsync, few enough to feel a collector's pushing back. */
const REQUESTS = 6;

export interface FeedOptions {
  readonly sender: EventSender;
  readonly eventsPerSecond: number;
  /** Ends it when it answers `undefined`. */
  readonly next: () => Delivery | undefined;
  /** The event as it goes out. */
  readonly dress: (delivery: Delivery) => ShopEvent;
  readonly onSent: (deliveries: readonly Delivery[]) => void;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

interface Batch {
  readonly source: ShopSource;
  readonly deliveries: readonly Delivery[];
}

/**
 * Sends deliveries at a steady speed until there are no more or the signal comes, and resolves when the last request
 * has ended. It falls behind where the collector pushes back, and does not make up for it by a rush.
 */
export async function feed(options: FeedOptions): Promise<void> {
  const { signal, now, eventsPerSecond } = options;
  const underWay = new Set<Promise<void>>();
  const trouble: unknown[] = [];
  let allowance = 0;
  let seen = now();
  for (let more = true; more && !signal.aborted && trouble.length === 0; ) {
    const at = now();
    allowance = Math.min(Math.max(1, eventsPerSecond), allowance + ((at - seen) / 1_000) * eventsPerSecond);
    seen = at;
    const due = take(options.next, Math.floor(allowance));
    more = due.length === Math.floor(allowance);
    allowance -= due.length;
    for (const batch of batchesOf(due)) {
      if (underWay.size >= REQUESTS) await Promise.race(underWay);
      const request: Promise<void> = sendBatch(options, batch)
        .catch((error: unknown) => void trouble.push(error))
        .finally(() => underWay.delete(request));
      underWay.add(request);
    }
    if (more) await pause(TICK_MS, signal);
  }
  await Promise.all(underWay);
  if (trouble.length > 0) throw trouble[0];
}

async function sendBatch({ sender, dress, onSent }: FeedOptions, { source, deliveries }: Batch): Promise<void> {
  if (await sender.send(source, deliveries.map(dress))) onSent(deliveries);
}

function take(next: FeedOptions["next"], count: number): readonly Delivery[] {
  const taken: Delivery[] = [];
  while (taken.length < count) {
    const delivery = next();
    if (delivery === undefined) break;
    taken.push(delivery);
  }
  return taken;
}

function batchesOf(deliveries: readonly Delivery[]): readonly Batch[] {
  const bySource = Map.groupBy(deliveries, ({ source }) => source);
  return [...bySource].flatMap(([source, all]) =>
    Array.from({ length: Math.ceil(all.length / BATCH_EVENTS) }, (_, at) => ({
      source,
      deliveries: all.slice(at * BATCH_EVENTS, (at + 1) * BATCH_EVENTS),
    })),
  );
}
