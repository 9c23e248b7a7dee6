import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { cdnowRequests } from "#bench/aws-workload.ts";
import type { BenchContext, Benchmark } from "#bench/benchmark.ts";
import { duckdbSeconds, quoted } from "#bench/limits/duckdb.ts";
import { measureOf, rounds, secondsFor } from "#bench/measure.ts";
import { writePurchases } from "#bench/purchases-file.ts";
import { runLocal, startServer } from "#bench/subjects/tributary.ts";
import type { ResolvedCondition } from "#core/segments/condition.ts";
import { matches } from "#core/segments/matches.ts";
import { type Person, personOf } from "#core/segments/person.ts";
import { sharedData } from "#test/support/shared-data.ts";

const NOW = "1998-06-30T00:00:00Z";
/** Bought at least twice in the last year, and for 100 dollars or more in all. */
const CONDITION: ResolvedCondition = {
  all: [
    { event: "Order Completed", within: { last: "365d" }, count: { gte: 2 } },
    { event: "Order Completed", sum: { of: "revenue", gte: 100 } },
  ],
};
const YEAR_AGO = Date.parse(NOW) - 365 * 86_400_000;

/** How long it takes to know who is in a segment: asked of the lake through the API, and person by person in memory. */
export const segments: Benchmark = async (context) => {
  const { file, csv, name } = await purchases(context);
  const data = join(context.folder, "data");
  context.progress(`importing ${name}`);
  await runLocal(["import", file, "--mapping", "cdnow", "--data", data, "--json"]);
  const people = peopleIn(csv);
  const events = people.reduce((sum, person) => sum + person.events.length, 0);
  const server = await startServer(data);
  const preview = async (): Promise<number> => {
    const answer = await server.post("/api/segments/preview", { condition: CONDITION, now: NOW });
    return (answer as { count: number }).count;
  };
  const members = await preview();
  const asked = await rounds(context, 9, () => secondsFor(async () => void (await preview()), 1));
  await server.stop();
  const inMemory = await rounds(context, 9, () => secondsFor(() => confirm(membersIn(people), members), 1));
  const byHand = people.length / (await secondsFor(() => confirm(membersByHand(people), members)));
  const bare = await duckdbSeconds(bareSql(data), 2);
  return {
    figures: [
      {
        what: "a segment asked of the lake, through the API",
        unit: "ms",
        measured: measureOf(asked.map((seconds) => seconds * 1_000)),
        limits: [{ what: "DuckDB: the same question by hand, of the events' Parquet alone", value: bare * 1_000 }],
      },
      {
        what: "a segment in memory, person by person",
        unit: "people/s",
        measured: measureOf(inMemory.map((seconds) => people.length / seconds)),
        limits: [{ what: "the same condition as a loop by hand", value: byHand }],
      },
    ],
    notes: [
      `${name}: ${people.length.toLocaleString("en-US")} people with ${events.toLocaleString("en-US")} events; ${members.toLocaleString("en-US")} of them bought at least twice in a year and for 100 dollars or more in all. Lake, memory and the loop by hand agree on the number.`,
    ],
  };
};

async function purchases({ quick, folder }: BenchContext) {
  const cdnow = sharedData("cdnow/cdnow_master.csv.gz");
  if (!quick && existsSync(cdnow)) {
    return { file: cdnow, csv: gunzipSync(readFileSync(cdnow)).toString(), name: "CDNOW" };
  }
  const file = join(folder, "purchases.csv");
  await writePurchases(file, quick ? 5_000 : 70_000);
  return { file, csv: readFileSync(file, "utf8"), name: "generated purchases" };
}

function peopleIn(csv: string): readonly Person[] {
  const byUser = Map.groupBy(cdnowRequests(csv).flat(), ({ userId }) => userId);
  return [...byUser.values()].map((events) => personOf({ traits: {}, consent: {} }, events));
}

const membersIn = (people: readonly Person[]): number =>
  people.filter((person) => matches(CONDITION, person, Date.parse(NOW))).length;

function membersByHand(people: readonly Person[]): number {
  let members = 0;
  for (const { events } of people) {
    let count = 0;
    let revenue = 0;
    for (const { name, at, properties } of events) {
      if (name !== "Order Completed") continue;
      if (at > YEAR_AGO && at <= Date.parse(NOW)) count++;
      revenue += Math.round((properties.revenue as number) * 100);
    }
    if (count >= 2 && revenue >= 10_000) members++;
  }
  return members;
}

function confirm(found: number, members: number): void {
  if (found !== members) throw new Error(`${members} members in the lake, ${found} in memory`);
}

const bareSql = (data: string): string => `
  SELECT count(*) FROM (
    SELECT user_id FROM read_parquet(${quoted(join(data, "lake/events_log/*/*.parquet"))})
    WHERE event = 'Order Completed' GROUP BY user_id
    HAVING count(*) FILTER (event_time > TIMESTAMP '1997-06-30' AND event_time <= TIMESTAMP '1998-06-30') >= 2
      AND sum(revenue) >= 100
  )`;
