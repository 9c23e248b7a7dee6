import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { eventFrom } from "#bench/aws-workload.ts";
import type { BenchContext, Benchmark, Limit } from "#bench/benchmark.ts";
import { acknowledgement, type BareAnswer, withBareHttp } from "#bench/limits/bare-http.ts";
import { duckdbSeconds, quoted } from "#bench/limits/duckdb.ts";
import { jsonParsesPerSecond } from "#bench/limits/json-parse.ts";
import { sqliteCommitsPerSecond } from "#bench/limits/sqlite-commit.ts";
import { closedLoop } from "#bench/load/closed-loop.ts";
import { preparedRequests } from "#bench/load/prepared-request.ts";
import { measureOf, rounds } from "#bench/measure.ts";
import { startServer } from "#bench/subjects/tributary.ts";
import { events } from "#bench/traffic.ts";
import { type ColumnType, LAKE_TABLES } from "#contracts/lake.ts";
import { eventsLogRow } from "#core/events/lake-rows.ts";

const EVENTS_EACH = 100;
const CONNECTIONS = 16;
const COLUMNS = Object.entries<ColumnType>(LAKE_TABLES.events_log)
  .map(([name, type]) => `${quoted(name)}: '${type === "string" ? "VARCHAR" : type.toUpperCase()}'`)
  .join(", ");

interface Round {
  readonly eventsPerSecond: number;
  readonly peakMegabytes: number | undefined;
  readonly people: number;
  readonly answer: BareAnswer;
}

/** From the first request until a query finds every event in the lake and at a profile. */
export const wholeWay: Benchmark = async (context) => {
  const count = context.quick ? 20_000 : 200_000;
  const found = await rounds(context, 3, (nth) => sendAndCount(context, count, nth));
  context.progress("limits");
  const [{ people, answer }] = found as readonly [Round, ...Round[]];
  const limits = await limitsOf(context, answer, Math.min(count, 50_000));
  const peaks = found.flatMap(({ peakMegabytes }) => peakMegabytes ?? []);
  return {
    figures: [
      {
        what: "whole way, batches of 100, to profile and lake",
        unit: "events/s",
        measured: measureOf(found.map(({ eventsPerSecond }) => eventsPerSecond)),
        limits,
        target: { atLeast: 15_000 },
      },
      ...(peaks.length === 0
        ? []
        : [{ what: "resident memory of the server meanwhile, peak", unit: "MB" as const, measured: measureOf(peaks) }]),
    ],
    notes: [
      `${count.toLocaleString("en-US")} events over ${CONNECTIONS} connections to a server on a new data folder: ${people.toLocaleString("en-US")} profiles in the end. The clock stops when \`SELECT count(*), count(profile_id) FROM events\` has answered with all of them, twice.`,
    ],
  };
};

async function sendAndCount({ folder }: BenchContext, count: number, nth: number): Promise<Round> {
  const server = await startServer(join(folder, String(nth)));
  const requests = preparedRequests(nth + 1, count / EVENTS_EACH, EVENTS_EACH, server.writeKey);
  const began = performance.now();
  await closedLoop(server.url, requests, CONNECTIONS, 60_000);
  const [[all, known, people] = []] = await server.rows(
    "SELECT count(*), count(profile_id), count(DISTINCT profile_id) FROM events",
  );
  const seconds = (performance.now() - began) / 1_000;
  const answer = await acknowledgement(server);
  const bytes = await server.stop();
  if (Number(all) !== count || Number(known) !== count) {
    throw new Error(`of ${count} events ${String(all)} are in the lake, ${String(known)} at profiles`);
  }
  return {
    eventsPerSecond: count / seconds,
    peakMegabytes: bytes === undefined ? undefined : bytes / 1_048_576,
    people: Number(people),
    answer,
  };
}

async function limitsOf({ folder }: BenchContext, answer: BareAnswer, count: number): Promise<readonly Limit[]> {
  const requests = preparedRequests(77, count / EVENTS_EACH, EVENTS_EACH, "");
  const bare = await withBareHttp(answer, (url) => closedLoop(url, requests, CONNECTIONS));
  const bodies = requests.map(({ body }) => body);
  const lines = await writeLakeLines(join(folder, "events.ndjson"), count);
  const parquet = await duckdbSeconds(
    `COPY (SELECT * FROM read_json(${quoted(lines)}, format = 'newline_delimited', columns = {${COLUMNS}}))
     TO ${quoted(join(folder, "events.parquet"))} (FORMAT parquet, COMPRESSION zstd)`,
    1,
  );
  return [
    { what: "bare HTTP: `node:http` reads the same bytes and answers the same", value: bare.events / bare.seconds },
    { what: "`JSON.parse` of the same bodies", value: (await jsonParsesPerSecond(bodies)) * EVENTS_EACH },
    {
      what: "SQLite: the same bytes, a commit for each request",
      value: (await sqliteCommitsPerSecond(folder, bodies, 1)) * EVENTS_EACH,
    },
    { what: "DuckDB, one thread: the same rows from JSON lines to Parquet", value: count / parquet },
  ];
}

async function writeLakeLines(path: string, count: number): Promise<string> {
  const file = createWriteStream(path);
  for (const sent of events(77, count)) {
    const line = `${JSON.stringify(eventsLogRow(eventFrom(sent, "server", { receivedAt: Date.UTC(2026, 9, 1) })))}\n`;
    if (!file.write(line)) await once(file, "drain");
  }
  file.end();
  await once(file, "finish");
  return path;
}
