import { join } from "node:path";
import type { BenchContext, Benchmark, Figure } from "#bench/benchmark.ts";
import { acknowledgement, withBareHttp } from "#bench/limits/bare-http.ts";
import { closedLoop } from "#bench/load/closed-loop.ts";
import { openLoop } from "#bench/load/open-loop.ts";
import { preparedRequests } from "#bench/load/prepared-request.ts";
import { measureOf, quantile, rounds } from "#bench/measure.ts";
import { startServer, type TributaryServer } from "#bench/subjects/tributary.ts";

const RATES = [1_000, 5_000] as const;
const QUANTILES = [
  { name: "p50", q: 0.5 },
  { name: "p99", q: 0.99 },
  { name: "p99.9", q: 0.999 },
] as const;
/** Requests before the first that count: code is compiled while it runs. */
const WARM_UP = 3_000;
const SECONDS = 5;
const QUICK_SECONDS = 1;

/** How long a sender waits for the acknowledgement of a single event while so many come in each second. */
export const latency: Benchmark = async (context) => {
  const server = await startServer(join(context.folder, "data"));
  await closedLoop(server.url, preparedRequests(1, WARM_UP, 1, server.writeKey), 64);
  const figures: Figure[] = [];
  const notes: string[] = [];
  for (const [nth, rate] of RATES.entries()) {
    // Half of the time for each rate.
    const until = performance.now() + (context.until - performance.now()) / (RATES.length - nth);
    try {
      figures.push(...(await atRate({ ...context, until }, server, rate)));
    } catch (error) {
      notes.push(`At ${rate.toLocaleString("en-US")} requests/s: ${(error as Error).message}.`);
    }
  }
  await server.stop();
  if (figures.length === 0) throw new Error(notes.join(" "));
  return {
    figures,
    notes: [
      "Single events over 128 connections, sent at a fixed rate whether or not earlier ones were answered. Measured from the instant at which a request was to be sent until its answer was in, so what waits behind something slow counts (no coordinated omission). The sender looks at the clock each millisecond: up to a millisecond is its own, also in the limit, which is a bare `node:http` server under the same load.",
      ...notes,
    ],
  };
};

async function atRate(context: BenchContext, server: TributaryServer, rate: number): Promise<readonly Figure[]> {
  const count = rate * (context.quick ? QUICK_SECONDS : SECONDS);
  const name = `${rate.toLocaleString("en-US")} requests/s`;
  const found = await rounds(context, 3, async (nth) => {
    context.progress(`${name}, round ${nth + 1}`);
    const { latencies } = await openLoop(server.url, preparedRequests(rate + nth, count, 1, server.writeKey), rate);
    await server.rows("SELECT 1 FROM events LIMIT 1"); // Answered once everything is processed.
    return latencies;
  });
  const sample = preparedRequests(9, count, 1, server.writeKey);
  const bare = await withBareHttp(await acknowledgement(server), async (url) => {
    await closedLoop(url, sample.slice(0, WARM_UP), 64);
    return openLoop(url, sample, rate);
  });
  return QUANTILES.map(({ name: quantileName, q }) => ({
    what: `${quantileName} at ${name}`,
    unit: "ms",
    measured: measureOf(found.map((latencies) => quantile(latencies, q))),
    limits: [{ what: `bare HTTP, ${quantileName} at the same rate`, value: quantile(bare.latencies, q) }],
  }));
}
