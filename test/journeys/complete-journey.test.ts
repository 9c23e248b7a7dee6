import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { athenaDialect } from "#adapters/sql/athena-dialect.ts";
import { segmentSql } from "#adapters/sql/segment-sql.ts";
import { isRejection } from "#core/kernel/rejection.ts";
import { matches } from "#core/segments/matches.ts";
import type { Person } from "#core/segments/person.ts";
import { readCondition } from "#core/segments/read-condition.ts";
import { resolveSegments } from "#core/segments/resolve-segments.ts";
import { eventually } from "#test/support/eventually.ts";
import { hasSharedData, sharedData } from "#test/support/shared-data.ts";
import {
  newDataFolder,
  removeDataFolder,
  runLocal,
  startTributary,
  type TributaryProcess,
} from "#test/support/tributary-process.ts";

/** Bought at least twice in the 90 days before this instant, and targeted by campaign 18. */
const NOW = "2017-12-01T00:00:00Z";
const CONDITION = {
  all: [
    { event: "Product Purchased", within: { last: "90d" }, count: { gte: 2 } },
    { trait: "campaign_18", eq: true },
  ],
};
const TABLES = {
  transactions: "transactions_sample.csv.gz",
  demographics: "demographics.csv",
  campaigns: "campaigns.csv",
  redemptions: "coupon_redemptions.csv",
} as const;

describe.skipIf(!hasSharedData("completejourney"))("Complete Journey", () => {
  const data = newDataFolder();
  let server: TributaryProcess;
  let members: readonly string[];

  beforeAll(async () => {
    // The first files while nothing runs, the others beside a running server.
    for (const name of ["transactions", "demographics"] as const) await bringIn(name);
    server = await startTributary(data);
    for (const name of ["campaigns", "redemptions"] as const) await bringIn(name);
  }, 600_000);
  afterAll(async () => {
    await server.stop();
    removeDataFolder(data);
  });
  const bringIn = (name: keyof typeof TABLES): Promise<unknown> =>
    runLocal(
      "import",
      sharedData(`completejourney/${TABLES[name]}`),
      "--mapping",
      `completejourney-${name}`,
      "--data",
      data,
    );

  it("comes in whole", async () => {
    const bought = `SELECT count(*), count(DISTINCT profile_id), round(sum(revenue), 2) FROM events WHERE event = 'Product Purchased'`;
    expect(await server.rows(bought)).toEqual([[75_000, 2_377, 233_935.24]]);
    const targeted = `SELECT count(*), count(DISTINCT profile_id) FROM events WHERE event = 'Campaign Targeted'`;
    expect(await server.rows(targeted)).toEqual([[6_589, 1_559]]);
    const redeemed = `SELECT count(*), count(DISTINCT profile_id) FROM events WHERE event = 'Coupon Redeemed'`;
    expect(await server.rows(redeemed)).toEqual([[2_102, 410]]);
  });

  it("enriches profiles by what other tables know", async () => {
    const { body } = await server.api("/api/profiles/user_id:1");
    expect(body.traits).toMatchObject({ age: "65+", income: "35-49K", household_size: "2" });
    const known = "SELECT count(*) FROM profiles WHERE json_extract_scalar(traits, '$.age') IS NOT NULL";
    expect(await server.rows(known)).toEqual([[801]]);
  });

  it("gives a segment the same members from DuckDB, from memory and from Athena's text", {
    timeout: 300_000,
  }, async () => {
    const made = await server.api("/api/segments", {
      id: "regulars-18",
      name: "Regulars of campaign 18",
      condition: CONDITION,
    });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    const listed: string[] = [];
    for (let cursor = ""; ; ) {
      const { body } = await server.api(`/api/segments/regulars-18/members?now=${NOW}&limit=500${cursor}`);
      listed.push(...body.members);
      if (body.next === null || body.next === undefined) break;
      cursor = `&cursor=${encodeURIComponent(body.next)}`;
    }
    members = listed.sort();
    expect(members.length).toBeGreaterThan(100);

    const condition = readCondition(CONDITION);
    if (isRejection(condition)) throw new Error(condition.message);
    const resolved = resolveSegments(condition, () => undefined);
    if (isRejection(resolved)) throw new Error(resolved.message);
    const now = Date.parse(NOW);
    const people = await peopleOf(server);
    const inMemory = [...people].filter(([, person]) => matches(resolved, person, now)).map(([id]) => id);
    expect(inMemory.sort()).toEqual(members);

    // Athena's text, run by the query API, which takes Athena's dialect in both runtimes.
    const athena = segmentSql(resolved, now, athenaDialect);
    await expect(`${athena}\n`).toMatchFileSnapshot("complete-journey.athena.sql");
    const rows = await server.rows(athena);
    expect(rows.map(([id]) => String(id)).sort()).toEqual(members);
  });

  it("writes to those who agreed, once each, and holds some out", { timeout: 300_000 }, async () => {
    // Every third household says yes, the next no, the third nothing.
    const agreed = (id: number): boolean | undefined => (id % 3 === 0 ? true : id % 3 === 1 ? false : undefined);
    const households = await server.rows("SELECT DISTINCT user_id FROM events WHERE user_id IS NOT NULL");
    const said = households.map(([id]) => ({
      type: "identify",
      userId: id,
      messageId: `consent-${id}`,
      traits: { email: `household${id}@example.org` },
      context:
        agreed(Number(id)) === undefined ? {} : { consent: { categoryPreferences: { offers: agreed(Number(id)) } } },
    }));
    for (let at = 0; at < said.length; at += 500) {
      expect((await server.send("/v1/batch", { batch: said.slice(at, at + 500) })).status).toBe(200);
    }
    const campaign = {
      id: "again-18",
      name: "Campaign 18, again",
      segmentId: "regulars-18",
      channel: "email",
      purpose: "offers",
      holdoutPercent: 20,
      treatments: [{ name: "plain", template: { subject: "For you", text: "Household {{traits.email}}" } }],
    };
    expect((await server.api("/api/campaigns", campaign)).status).toBe(201);
    await server.rows("SELECT 1"); // Everything that was sent is in the profiles now.
    for (const again of [1, 2]) {
      const asked = await server.api("/api/campaigns/again-18/runs", { runId: "first", now: NOW });
      expect([200, 202], `ask ${again}: ${JSON.stringify(asked.body)}`).toContain(asked.status);
    }
    const byStatus = `SELECT status, reason, count(*) FROM messages WHERE campaign_id = 'again-18' GROUP BY status, reason`;
    const counts = await eventually(async () => {
      const rows = await server.rows(byStatus);
      const total = rows.reduce((sum, [, , n]) => sum + Number(n), 0);
      expect(total).toBe(members.length);
      expect(rows.some(([status]) => status === "planned")).toBe(false);
      return new Map(rows.map(([status, reason, n]) => [`${status}/${reason ?? ""}`, Number(n)]));
    }, 180_000);

    const ids = await server.rows(
      "SELECT profile_id, min(user_id) FROM events WHERE user_id IS NOT NULL GROUP BY profile_id",
    );
    const householdOf = new Map(ids.map(([profile, user]) => [String(profile), Number(user)]));
    const willing = members.filter((id) => agreed(householdOf.get(id) ?? 1) === true).length;
    const sent = counts.get("sent/") ?? 0;
    const heldOut = [...counts].filter(([name]) => name.startsWith("held_out")).reduce((sum, [, n]) => sum + n, 0);
    expect(sent + heldOut).toBe(willing);
    expect(heldOut).toBeGreaterThan(0);
    expect(sent).toBeGreaterThan(heldOut);
    expect(await server.rows("SELECT count(*) - count(DISTINCT address) FROM messages WHERE status = 'sent'")).toEqual([
      [0],
    ]);
  });
});

/** Everybody with their traits and events, read from the lake, as the evaluation in memory takes them. */
async function peopleOf(server: TributaryProcess): Promise<ReadonlyMap<string, Person>> {
  const people = new Map<string, Person & { readonly events: Person["events"][number][] }>();
  const profiles = await allRows(server, "SELECT profile_id, traits FROM profiles", "profile_id");
  for (const [id, traits] of profiles)
    people.set(String(id), {
      traits: JSON.parse(String(traits)),
      computed: {},
      lists: new Set(),
      consent: {},
      events: [],
    });
  const events = await allRows(
    server,
    "SELECT profile_id, event, event_time, properties, message_id FROM events WHERE event_time > TIMESTAMP '2017-08-01 00:00:00'",
    "message_id",
  );
  for (const [id, name, at, properties] of events) {
    const event = { name: String(name), at: Date.parse(String(at)), properties: JSON.parse(String(properties)) };
    people.get(String(id))?.events.push(event);
  }
  return people;
}

/** All rows of a query, page by page: answers are bounded. */
async function allRows(server: TributaryProcess, sql: string, key: string): Promise<readonly (readonly unknown[])[]> {
  const all: (readonly unknown[])[] = [];
  const page = 5_000;
  for (let offset = 0; ; offset += page) {
    const rows = await server.rows(`SELECT * FROM (${sql}) r ORDER BY ${key} OFFSET ${offset} LIMIT ${page}`);
    all.push(...rows);
    if (rows.length < page) return all;
  }
}
