import { type Connection, openConnection } from "./connection.ts";
import type { PreparedRequest } from "./prepared-request.ts";

export interface OpenLoop {
  /** In ms, of each request, from the instant at which it was to be sent until its answer was in. */
  readonly latencies: readonly number[];
  readonly answeredPerSecond: number;
}

/** Requests by their number: a list, or what makes them when they are asked for, in order. */
export interface RequestSupply {
  readonly length: number;
  at(nth: number): PreparedRequest | undefined;
}

const CONNECTIONS = 128;

/**
 * Sends requests at a fixed rate, whether or not earlier ones were answered, as the world does. A request that finds no
 * free connection waits, and its wait counts (no coordinated omission). The clock is looked at about each millisecond, so
 * up to a millisecond of what is measured is the generator's own.
 */
export async function openLoop(url: string, requests: RequestSupply, perSecond: number): Promise<OpenLoop> {
  const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => openConnection(url)));
  const free: Connection[] = [...connections];
  const latencies: number[] = [];
  const patienceMs = 5_000 + (requests.length / perSecond) * 3_000;
  const { promise: ended, resolve: end, reject: fail } = Promise.withResolvers<void>();
  const began = performance.now();
  let next = 0;
  const intendedAt = (nth: number): number => began + (nth * 1_000) / perSecond;
  const sendDue = (): void => {
    const now = performance.now();
    while (free.length > 0 && intendedAt(next) <= now) {
      const request = requests.at(next);
      const connection = free.pop();
      if (request === undefined || connection === undefined) return;
      const intended = intendedAt(next++);
      connection.send(request.bytes).then((status) => {
        if (status !== 200) return fail(new Error(`a request was answered ${status}`));
        latencies.push(performance.now() - intended);
        free.push(connection);
        if (latencies.length === requests.length) end();
        else sendDue();
      }, fail);
    }
    if (now - began > patienceMs) fail(new Error(`${perSecond} requests a second are more than it answers`));
  };
  const ticking = setInterval(sendDue, 1);
  try {
    await ended;
    return { latencies, answeredPerSecond: requests.length / ((performance.now() - began) / 1_000) };
  } finally {
    clearInterval(ticking);
    for (const connection of connections) connection.close();
  }
}
