import { join } from "node:path";
import type { BenchContext, Benchmark } from "#bench/benchmark.ts";
import { closedLoop } from "#bench/load/closed-loop.ts";
import { openLoop } from "#bench/load/open-loop.ts";
import { preparedRequests } from "#bench/load/prepared-request.ts";
import { measureOf, quantile, rounds } from "#bench/measure.ts";
import { tokenIn } from "#bench/subjects/api-requests.ts";
import { startServer, type TributaryServer } from "#bench/subjects/tributary.ts";

/** Events a second that come in meanwhile, and how many to a request: a busy shop's browsers and its server. */
const RATE = 5_000;
const EVENTS_EACH = 10;
const SECONDS = 6;
const QUICK_SECONDS = 2;
/** How often somebody new is followed from event to profile, and how often it is asked whether they are there yet. */
const PROBE_MS = 25;
const LOOK_MS = 4;
const PATIENCE_MS = 5_000;
const QUANTILES = [
  { name: "p50", q: 0.5, target: undefined },
  { name: "p99", q: 0.99, target: { below: 100 } },
] as const;

/** How long after an event was sent its profile can be read, while many others come in. */
export const readable: Benchmark = async (context) => {
  const data = join(context.folder, "data");
  const server = await startServer(data);
  const token = tokenIn(data);
  const warmUp = preparedRequests(1, 200, EVENTS_EACH * 10, server.writeKey);
  await closedLoop(server.url, warmUp, 16);
  await server.rows("SELECT 1 FROM events LIMIT 1"); // Answered once everything is processed.
  const found = await rounds(context, 3, (nth) => whileTheyComeIn(context, server, token, nth));
  await server.stop();
  const probes = found.reduce((sum, times) => sum + times.length, 0);
  return {
    figures: QUANTILES.map(({ name, q, target }) => ({
      what: `${name} from event to readable profile at ${RATE.toLocaleString("en-US")} events/s`,
      unit: "ms" as const,
      measured: measureOf(found.map((times) => quantile(times, q))),
      ...(target === undefined ? {} : { target }),
    })),
    notes: [
      `Requests of ${EVENTS_EACH} events at a fixed rate; meanwhile ${probes.toLocaleString("en-US")} events of people who were never seen, one each ${PROBE_MS} ms. Measured from the instant at which such an event is posted until \`GET /api/profiles/user_id:…\` answers with the person, asked every ${LOOK_MS} ms: those, and the asking itself, are in the figure. The server waits for company for up to 25 ms before it resolves (\`local/processing.ts\`).`,
    ],
  };
};

async function whileTheyComeIn(
  { quick, progress }: BenchContext,
  server: TributaryServer,
  token: string,
  nth: number,
): Promise<readonly number[]> {
  const seconds = quick ? QUICK_SECONDS : SECONDS;
  const others = preparedRequests(100 + nth, (RATE / EVENTS_EACH) * seconds, EVENTS_EACH, server.writeKey);
  progress(`round ${nth + 1}`);
  const probes: Promise<number>[] = [];
  const timer = setInterval(() => {
    const probe = readableAfter(server, token, `new_${nth}_${probes.length}`);
    probe.catch(() => {}); // Awaited below, with its error.
    probes.push(probe);
  }, PROBE_MS);
  try {
    await openLoop(server.url, others, RATE / EVENTS_EACH);
  } finally {
    clearInterval(timer);
  }
  return Promise.all(probes);
}

async function readableAfter(server: TributaryServer, token: string, userId: string): Promise<number> {
  const began = performance.now();
  const event = { type: "track", event: "Signed Up", userId, messageId: `m-${userId}` };
  const sent = await fetch(`${server.url}/v1/track`, {
    method: "POST",
    headers: {
      authorization: `Basic ${Buffer.from(`${server.writeKey}:`).toString("base64")}`,
      "content-type": "application/json",
    },
    body: JSON.stringify(event),
  });
  await sent.arrayBuffer();
  if (sent.status !== 200) throw new Error(`an event was answered ${sent.status}`);
  while (performance.now() - began < PATIENCE_MS) {
    const asked = await fetch(`${server.url}/api/profiles/user_id:${userId}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    await asked.arrayBuffer();
    if (asked.status === 200) return performance.now() - began;
    if (asked.status !== 404) throw new Error(`a profile was answered ${asked.status}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return performance.now() - began; // Too late already: how much later makes no difference to the answer.
}
