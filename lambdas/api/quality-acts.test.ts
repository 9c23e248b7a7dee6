import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLakeFiles } from "#adapters/local/lake-files.ts";
import { type LocalLakeQuery, openLakeQuery } from "#adapters/local/lake-query.ts";
import type { LakeTable } from "#contracts/lake.ts";
import type { JsonObject } from "#core/kernel/json.ts";
import { DAY, isoDay } from "#core/kernel/time.ts";
import { listOf } from "#test/support/api-answers.ts";
import { type ApiWorld, apiWorld, duckDbLake } from "#test/support/api-world.ts";

/** 40 days up to 2026-11-01: ten visits a day, forty on one, none on another; orders that come late and twice. */
const FIRST = Date.parse("2026-09-23T00:00:00Z");
const HIGH = 30;
const LOW = 25;
const visitsOn = (day: number): number => (day === HIGH ? 40 : day === LOW ? 0 : 10 + (day % 2));

let folder: string;
let open: LocalLakeQuery;
let world: ApiWorld;

function* logRows(): Generator<JsonObject> {
  for (let day = 0; day < 40; day++) {
    const at = `${isoDay(FIRST + day * DAY)}T12:00:00.000Z`;
    for (let nth = 0; nth < visitsOn(day); nth++) {
      yield {
        message_id: `v${day}-${nth}`,
        source: "web",
        type: "page",
        event: "Page",
        identity_key: nth < 5 ? `user_id:${nth}` : `anonymous_id:${day}-${nth}`,
        page_path: nth % 2 === 0 ? "/" : null,
        traits: nth === 0 ? JSON.stringify({ city: "Lyon", phone: "" }) : "{}",
        event_time: at,
        received_at: at,
        plan_status: nth === 1 ? "unplanned" : null,
      };
    }
    const order = {
      message_id: `o${day}`,
      source: "shop",
      type: "track",
      event: "Order Completed",
      identity_key: "user_id:1",
      revenue: 5,
      traits: JSON.stringify({ city: "Nantes" }),
      event_time: `${isoDay(FIRST + (day - 3) * DAY)}T12:00:00.000Z`,
      received_at: at,
    };
    yield order;
    yield order;
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tributary-quality-"));
  const files = await openLakeFiles(folder);
  const draft = files.draft();
  const add = (table: LakeTable, dt: string, row: JsonObject): void =>
    draft.add({ table, dt, text: `${JSON.stringify(row)}\n` });
  for (const row of logRows()) add("events_log", String(row.received_at).slice(0, 10), row);
  const known: readonly (readonly [string, string])[] = [
    ["user_id:0", "p0"],
    ["email:a@example.org", "p0"],
    ["user_id:1", "p1"],
    ["anonymous_id:0-5", "p2"],
  ];
  for (const [key, profile] of known) {
    const [identifier_type = "", identifier_value = ""] = key.split(":");
    const row = { identity_key: key, identifier_type, identifier_value, profile_id: profile, version: 1 };
    add("identity_changes", "2026-10-01", row);
  }
  const bad = { code: "event.no_identity", source: "web", received_at: "2026-10-30T10:00:00.000Z", recoveries: 0 };
  add("bad_events", "2026-10-30", { ...bad, bad_event_id: "b1" });
  add("bad_events", "2026-10-30", { ...bad, bad_event_id: "b2" });
  add("bad_events", "2026-10-30", { ...bad, bad_event_id: "b2", recoveries: 1 });
  add("bad_events", "2026-10-30", { ...bad, bad_event_id: "b3", code: "event.plan_violation", event: "Page" });
  await files.write("all", draft);
  files.close();
  open = await openLakeQuery(folder);
  world = await apiWorld(await duckDbLake(), {
    analyst: open.analyst,
    damagedFiles: () => [{ table: "events_log", file: "events_log/dt=2026-01-01/x.parquet", why: "it is cut off" }],
  });
});
afterAll(async () => {
  open.close();
  await rm(folder, { recursive: true });
});

describe("data quality", () => {
  /** Thirty days that end with the last day of data: received from day 10 to day 39. */
  const ask = async (): Promise<JsonObject> => {
    const { status, body } = await world.ask("GET", "/api/data-quality?from=2026-10-03&to=2026-11-02");
    expect(status, JSON.stringify(body)).toBe(200);
    return body;
  };

  it("says how fresh, how late and how often repeated each source's events are", async () => {
    const days = Array.from({ length: 30 }, (_, nth) => nth + 10);
    expect((await ask()).sources).toEqual([
      {
        source: "shop",
        events: 30,
        lastReceived: "2026-11-01T12:00:00.000Z",
        minutesSilent: 22 * 60,
        lastEvent: "2026-10-29T12:00:00.000Z",
        lagSeconds: (3 * DAY) / 1000,
        mostLagSeconds: (3 * DAY) / 1000,
        lateShare: 1,
        repetitions: 30,
      },
      {
        source: "web",
        events: days.reduce((sum, day) => sum + visitsOn(day), 0),
        lastReceived: "2026-11-01T12:00:00.000Z",
        minutesSilent: 22 * 60,
        lastEvent: "2026-11-01T12:00:00.000Z",
        lagSeconds: 0,
        mostLagSeconds: 0,
        lateShare: 0,
        repetitions: 0,
      },
    ]);
  });

  it("draws every day of each event, and marks those that are unusual", async () => {
    const volumes = listOf((await ask()).volumes);
    expect(volumes.map(({ source, event }) => [source, event])).toEqual([
      ["web", "Page"],
      ["shop", "Order Completed"],
    ]);
    const [visits, orders] = volumes.map(({ days }) => listOf(days));
    expect(visits?.map(({ events }) => events)).toEqual(Array.from({ length: 30 }, (_, nth) => visitsOn(nth + 10)));
    const marked = visits?.flatMap(({ day, unusual }) => (unusual === null ? [] : [[day, unusual]]));
    expect(marked).toEqual([
      [isoDay(FIRST + LOW * DAY), "low"],
      [isoDay(FIRST + HIGH * DAY), "high"],
    ]);
    expect(orders?.every(({ events, unusual }) => events === 1 && unusual === null)).toBe(true);
  });

  it("says what is missing, what breaks the plan, what was refused, and who is known", async () => {
    const { columns, traits, plan, badEvents, identity, damagedFiles } = await ask();
    const pages = listOf(columns).find(({ event }) => event === "Page")?.missing as JsonObject;
    expect([pages.revenue, Number(pages.page_path) > 0.4, Number(pages.page_path) < 0.6]).toEqual([1, true, true]);
    expect(traits).toEqual([
      { trait: "city", events: 60 + 29, empty: 0, missingShare: 0 },
      { trait: "phone", events: 29, empty: 29, missingShare: 1 },
    ]);
    expect(plan).toEqual([
      { source: "web", event: "Page", standing: "unplanned", cameIn: 29, refused: 0 },
      { source: "web", event: "Page", standing: "violation", cameIn: 0, refused: 1 },
    ]);
    const lastReceived = "2026-10-30T10:00:00.000Z";
    expect(badEvents).toEqual([
      { code: "event.no_identity", source: "web", badEvents: 2, recovered: 1, lastReceived },
      { code: "event.plan_violation", source: "web", badEvents: 1, recovered: 0, lastReceived },
    ]);
    expect(identity).toMatchObject({
      withProfile: 29 + 29 + 30,
      activePeople: 2,
      people: 3,
      withEmail: 1,
      withPhone: 0,
      withUserId: 2,
      anonymousPeople: 1,
    });
    expect(damagedFiles).toMatchObject([{ file: "events_log/dt=2026-01-01/x.parquet" }]);
  });

  it("looks thirty days back unless told otherwise, and at most ninety-two", async () => {
    const { body } = await world.ask("GET", "/api/data-quality");
    expect([body.from, body.to]).toEqual(["2026-10-04", "2026-11-03"]);
    const codeOf = async (query: string): Promise<unknown> =>
      (await world.ask("GET", `/api/data-quality?${query}`)).body.code;
    expect(await codeOf("from=2026-01-01&to=2026-11-01")).toBe("query.bad_parameter");
    expect(await codeOf("from=2026-11-01&to=2026-11-01")).toBe("query.bad_parameter");
    expect(await codeOf("from=2026-02-31&to=2026-03-31")).toBe("query.bad_parameter");
    expect(await codeOf("from=yesterday")).toBe("query.invalid");
  });
});
