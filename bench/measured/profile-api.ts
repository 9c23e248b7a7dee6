import { join } from "node:path";
import type { Benchmark } from "#bench/benchmark.ts";
import { withBareHttp } from "#bench/limits/bare-http.ts";
import { closedLoop } from "#bench/load/closed-loop.ts";
import { openLoop } from "#bench/load/open-loop.ts";
import { preparedRequests } from "#bench/load/prepared-request.ts";
import { measureOf, quantile, rounds } from "#bench/measure.ts";
import { apiRequest, tokenIn } from "#bench/subjects/api-requests.ts";
import { startServer } from "#bench/subjects/tributary.ts";
import { randomFrom } from "#test/contracts/random.ts";

const RATE = 2_000;
const SECONDS = 5;
const QUICK_SECONDS = 1;
const EVENTS_EACH = 100;
/** Requests before those that count. */
const WARM_UP = 4_000;
const QUANTILES = [
  { name: "p50", q: 0.5, target: undefined },
  { name: "p99", q: 0.99, target: { below: 5 } },
  { name: "p99.9", q: 0.999, target: undefined },
] as const;

/** How long who asks for a profile waits while so many are asked for each second. */
export const profileApi: Benchmark = async (context) => {
  const data = join(context.folder, "data");
  const server = await startServer(data);
  const count = context.quick ? 10_000 : 100_000;
  context.progress("people come in");
  await closedLoop(server.url, preparedRequests(1, count / EVENTS_EACH, EVENTS_EACH, server.writeKey), 16, 60_000);
  const known = await server.rows(
    "SELECT DISTINCT user_id, anonymous_id FROM events WHERE user_id IS NOT NULL ORDER BY 1, 2",
  );
  const paths = known.flatMap(([user, device]) => [
    `/api/profiles/user_id:${String(user)}`,
    `/api/profiles/anonymous_id:${String(device)}`,
  ]);
  const token = tokenIn(data);
  const random = randomFrom(5);
  const asked = (requests: number) =>
    Array.from({ length: requests }, () => apiRequest(paths[Math.floor(random() * paths.length)] ?? "", token));
  await closedLoop(server.url, asked(WARM_UP), 32);
  const requests = RATE * (context.quick ? QUICK_SECONDS : SECONDS);
  const found = await rounds(context, 3, async () => (await openLoop(server.url, asked(requests), RATE)).latencies);
  const sample = await fetch(`${server.url}${paths[0]}`, { headers: { authorization: `Bearer ${token}` } });
  const answer = { body: await sample.text(), headers: { "content-type": "application/json" } };
  await server.stop();
  const bare = await withBareHttp(answer, async (url) => {
    await closedLoop(url, asked(WARM_UP), 32);
    return (await openLoop(url, asked(requests), RATE)).latencies;
  });
  return {
    figures: QUANTILES.map(({ name, q, target }) => ({
      what: `${name} of a profile at ${RATE.toLocaleString("en-US")} requests/s`,
      unit: "ms" as const,
      measured: measureOf(found.map((latencies) => quantile(latencies, q))),
      limits: [{ what: `bare HTTP answers the same, ${name} at the same rate`, value: quantile(bare, q) }],
      ...(target === undefined ? {} : { target }),
    })),
    notes: [
      `\`GET /api/profiles/{type}:{value}\` for ${paths.length.toLocaleString("en-US")} customer numbers and devices that have logged in, picked at random, after ${count.toLocaleString("en-US")} events; over 128 connections, from the instant at which a request was to be sent until its answer was in. Up to a millisecond is the sender's own, also in the limit.`,
    ],
  };
};
