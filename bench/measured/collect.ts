import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { BenchContext, Benchmark, Figure, Limit, Target, Unit } from "#bench/benchmark.ts";
import { acknowledgement, withBareHttp } from "#bench/limits/bare-http.ts";
import { jsonParsesPerSecond } from "#bench/limits/json-parse.ts";
import { sqliteCommitsPerSecond } from "#bench/limits/sqlite-commit.ts";
import { closedLoop } from "#bench/load/closed-loop.ts";
import { type PreparedRequest, preparedRequests } from "#bench/load/prepared-request.ts";
import { measureOf, median, oneAfterTheOther, rounds } from "#bench/measure.ts";
import { startServer, type TributaryServer } from "#bench/subjects/tributary.ts";

interface Way {
  readonly what: string;
  readonly unit: Unit;
  readonly eventsEach: number;
  readonly connections: number;
  /** Requests of one round: of a few seconds where the target is met. */
  readonly requests: number;
  readonly target: Target;
  /** What is asked of it beside a bare HTTP server in the same run. */
  readonly besideBare?: Target;
}

const SINGLE: Way = {
  what: "single events, 64 connections",
  unit: "requests/s",
  eventsEach: 1,
  connections: 64,
  requests: 18_000,
  target: { atLeast: 6_000 },
  besideBare: { atLeast: 0.5 },
};
const BATCHES: Way = {
  what: "batches of 100, 16 connections",
  unit: "events/s",
  eventsEach: 100,
  connections: 16,
  requests: 600,
  target: { atLeast: 25_000 },
};

export const collectSingle: Benchmark = (context) => measured(context, SINGLE);
export const collectBatches: Benchmark = (context) => measured(context, BATCHES);

/** How fast events are taken in over loopback HTTP, each durable before it is answered; processing goes on beside it. */
async function measured(context: BenchContext, way: Way): ReturnType<Benchmark> {
  const server = await startServer(join(context.folder, "data"));
  const requests = context.quick ? Math.ceil(way.requests / 5) : way.requests;
  const prepare = (seed: number, count = requests): readonly PreparedRequest[] =>
    preparedRequests(seed, count, way.eventsEach, server.writeKey);
  const warmUp = prepare(1, Math.ceil(requests / 4));
  let sent = (await closedLoop(server.url, warmUp, way.connections)).events;
  // In turns with the bare server: whatever else the machine does meets both.
  const found = await withBareHttp(await acknowledgement(server), async (bareUrl) => {
    await closedLoop(bareUrl, warmUp, way.connections);
    return rounds(context, 5, async (nth) => {
      const prepared = prepare(nth + 2);
      const pace = await closedLoop(server.url, prepared, way.connections);
      sent += pace.events;
      await confirm(server, sent);
      const bare = await closedLoop(bareUrl, prepared, way.connections);
      return { rate: pace.events / pace.seconds, bare: bare.requests / bare.seconds };
    });
  });
  const sample = prepare(1_000);
  context.progress("limits");
  const limits = await limitsOf(context, way, median(found.map(({ bare }) => bare)), sample);
  await server.stop();
  const bytes = median(sample.map(({ body }) => Buffer.byteLength(body) / way.eventsEach));
  return {
    figures: [
      {
        what: way.what,
        unit: way.unit,
        measured: measureOf(found.map(({ rate }) => rate)),
        limits,
        target: way.target,
      },
      ...besideBare(way, found),
    ],
    notes: [
      `Events of about ${Math.round(bytes)} bytes, over kept-alive connections on the loopback interface to a server in a process of its own. Each request is on disk before it is answered, and profiles and lake are written meanwhile on the same cores, as is the load made. After each round a query counts the events: all are there.`,
    ],
  };
}

function besideBare(
  { what, eventsEach, besideBare: target }: Way,
  found: readonly { readonly rate: number; readonly bare: number }[],
): readonly Figure[] {
  if (target === undefined) return [];
  const shares = found.map(({ rate, bare }) => rate / eventsEach / bare);
  return [{ what: `${what}, of a bare HTTP server's rate just after`, unit: "×", measured: measureOf(shares), target }];
}

/** Waits until everything is processed, so that rounds do not burden each other; and nothing may be missing. */
async function confirm(server: TributaryServer, sent: number): Promise<void> {
  const [[counted] = []] = await server.rows("SELECT count(*) FROM events");
  if (Number(counted) !== sent) throw new Error(`${sent} events were acknowledged, ${String(counted)} are in the lake`);
}

async function limitsOf(
  { folder }: BenchContext,
  { eventsEach, connections }: Way,
  bare: number,
  sample: readonly PreparedRequest[],
): Promise<readonly Limit[]> {
  const bodies = sample.map(({ body }) => body);
  const limitsFolder = join(folder, "limits");
  mkdirSync(limitsFolder);
  const alone = await sqliteCommitsPerSecond(limitsFolder, bodies, 1);
  const together = await sqliteCommitsPerSecond(limitsFolder, bodies, connections);
  const parse = await jsonParsesPerSecond(bodies);
  const perRequest = [
    { what: "bare HTTP: `node:http` reads the same bytes and answers the same", value: bare },
    { what: "SQLite: the same bytes, a commit for each request", value: alone },
    { what: `SQLite: the same bytes, ${connections} requests to a commit`, value: together },
    { what: "`JSON.parse` of the same bodies", value: parse },
    {
      what: `bare HTTP, \`JSON.parse\` and a commit for ${connections}, one after the other on one core`,
      value: oneAfterTheOther([bare, together, parse]),
    },
  ];
  return perRequest.map(({ what, value }) => ({ what, value: value * eventsEach }));
}
