import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { Json, JsonObject } from "#core/kernel/json.ts";
import { type ApiWorld, apiWorld, duckDbLake } from "#test/support/api-world.ts";

const lake = await duckDbLake();
afterAll(() => lake.close());

let world: ApiWorld;
beforeEach(async () => {
  await lake.clear();
  world = await apiWorld(lake);
  await world.take(["ana", "bo", "cy"].flatMap(history));
});

const NOW = "2026-11-02T10:00:00Z";

/** Ana bought twice and lives in Lyon; Bo bought once; Cy never did. */
function history(userId: string, position: number): readonly JsonObject[] {
  const city = position < 2 ? "Lyon" : "Nantes";
  const about = { type: "identify", userId, messageId: `i-${userId}`, timestamp: "2026-09-01T08:00:00Z" };
  const orders = Array.from({ length: 2 - position }, (_, nth) => ({
    type: "track",
    event: "Order Completed",
    userId,
    messageId: `o-${userId}-${nth}`,
    timestamp: `2026-10-${20 + nth}T12:00:00Z`,
    properties: { revenue: 20 + nth },
  }));
  return [{ ...about, traits: { city, email: `${userId}@example.org` } }, ...orders];
}

const LYON = { trait: "city", eq: "Lyon" };
const BUYERS = { event: "Order Completed", within: { last: "30d" }, count: { gte: 2 } };

const ask = async (method: string, path: string, body?: Json) =>
  (await world.ask(method, path, body)).body as never as Answer;
// biome-ignore lint/suspicious/noExplicitAny: the contract is checked by `ask`, each test by what it expects
type Answer = any;
const make = (id: string, condition: object) =>
  ask("POST", "/api/segments", { id, name: id.toUpperCase(), condition } as unknown as Json);

describe("versions of a segment", () => {
  it("are kept as they were, latest first, page by page, and forgotten with the segment", async () => {
    await make("s", LYON);
    for (const version of [1, 2]) {
      await ask("PUT", "/api/segments/s", { name: `v${version + 1}`, condition: BUYERS, version });
    }
    const { versions, next } = await ask("GET", "/api/segments/s/versions?limit=2");
    expect(versions.map(({ version, name, current }: Answer) => [version, name, current])).toEqual([
      [3, "v3", true],
      [2, "v2", false],
    ]);
    expect(next).toBe(2);
    const first = await ask("GET", `/api/segments/s/versions?before=${next}`);
    expect(first).toMatchObject({ next: null, versions: [{ version: 1, name: "S", condition: LYON, current: false }] });
    expect(first.versions[0].sentence.fr).toContain("city");
    await ask("DELETE", "/api/segments/s");
    await make("s", BUYERS);
    expect((await ask("GET", "/api/segments/s/versions")).versions).toHaveLength(1);
  });
});

describe("an archived segment", () => {
  it("is put away with its users told, listed only on demand, referred to by nothing new, and taken back", async () => {
    await make("base", LYON);
    await make("user", { segment: "base" });
    const archived = await ask("POST", "/api/segments/base/archive");
    expect(archived).toMatchObject({ archived: true, version: 2, usedBy: { segments: ["user"], campaigns: [] } });
    expect(world.log).toContainEqual(["segmentRuns.start", expect.objectContaining({ runId: "archived-v2" })]);
    const ids = async (query: string) =>
      (await ask("GET", `/api/segments${query}`)).segments.map(({ id }: Answer) => id);
    expect(await ids("")).toEqual(["user"]);
    expect(await ids("?archived=true")).toEqual(["base", "user"]);
    expect((await make("another", { segment: "base" })).code).toBe("segment.archived");
    expect((await ask("POST", "/api/segments/base/evaluate")).code).toBe("segment.archived");
    const kept = { name: "User", condition: { all: [{ segment: "base" }, BUYERS] }, version: 1 };
    expect(await ask("PUT", "/api/segments/user", kept), "what it referred to it may go on with").toMatchObject({
      version: 2,
    });
    const changed = await ask("PUT", "/api/segments/base", { name: "Base", condition: BUYERS, version: 2 });
    expect(changed, "changing it does not take it back").toMatchObject({ version: 3, archived: true });
    expect(await ask("POST", "/api/segments/base/restore")).toMatchObject({ version: 4, name: "Base" });
    expect(await ids("")).toEqual(["base", "user"]);
  });
});

describe("the overlap of two segments", () => {
  it("counts both, each alone and the share of either that is in both", async () => {
    await make("lyon", LYON);
    await make("buyers", BUYERS);
    expect(await ask("GET", `/api/segments/lyon/overlap?with=buyers&now=${NOW}`)).toMatchObject({
      a: { id: "lyon", members: 2 },
      b: { id: "buyers", members: 1 },
      both: 1,
      onlyA: 1,
      onlyB: 0,
      jaccard: 0.5,
    });
    await make("nobody", { trait: "city", eq: "Oslo" });
    expect((await ask("GET", "/api/segments/nobody/overlap?with=nobody")).jaccard).toBeNull();
    expect((await ask("GET", "/api/segments/lyon/overlap?with=none")).code).toBe("segment.not_found");
  });
});

describe("the history of a segment", () => {
  it("counts each turn once, day by day, whatever was told twice", async () => {
    await make("s", LYON);
    const row = (profile_id: string, change: "entered" | "left", day: string) => ({
      segment_id: "s",
      definition_version: 1,
      profile_id,
      change,
      evaluated_at: `${day}T10:00:00.000Z`,
      cause: "snapshot",
      dt: day,
    });
    const rows = [row("a", "entered", "2026-11-01"), row("b", "entered", "2026-11-01"), row("a", "left", "2026-11-03")];
    await lake.append("segment_changes", [...rows, ...rows, row("b", "entered", "2026-11-02")]);
    expect((await ask("GET", "/api/segments/s/history")).days).toEqual([
      { day: "2026-11-01", entered: 2, left: 0, members: 2 },
      { day: "2026-11-03", entered: 0, left: 1, members: 1 },
    ]);
    expect((await ask("GET", "/api/segments/s/history?since=2026-11-02")).days).toHaveLength(1);
  });
});

describe("why somebody is in a segment", () => {
  it("is told condition by condition, with the evidence", async () => {
    await make("lyon", LYON);
    await make("s", { all: [{ segment: "lyon" }, BUYERS, { consent: "news", is: "unknown" }] });
    const ana = await ask("GET", `/api/segments/s/explain?profile=user_id:ana&now=${NOW}`);
    expect(ana).toMatchObject({ member: true, inLake: true, condition: { kind: "all", verdict: true } });
    const [segment, event, consent] = ana.condition.parts;
    expect(segment).toMatchObject({
      kind: "segment",
      segmentId: "lyon",
      sentence: { en: expect.stringContaining("LYON") },
      parts: [{ kind: "trait", value: "Lyon", said: { at: "2026-09-01T08:00:00.000Z", source: "shop" } }],
    });
    expect(event).toMatchObject({ kind: "event", measured: 2, counted: 2, window: { to: "2026-11-02T10:00:00.001Z" } });
    expect(event.events[0]).toMatchObject({ messageId: "o-ana-1", at: "2026-10-21T12:00:00.000Z" });
    expect(consent).toMatchObject({ kind: "consent", value: "unknown", verdict: true });
    const bo = await ask("GET", `/api/segments/s/explain?profile=email:bo@example.org&now=${NOW}`);
    expect(bo).toMatchObject({ member: false, condition: { parts: [{ verdict: true }, { verdict: false }, {}] } });
    expect(bo.condition.parts[1].found).toEqual({ en: "1 such event", fr: "1 événement de ce genre" });
  });

  it("is said of nobody the lake does not know, nor of whom nobody knows", async () => {
    await make("s", { not: LYON });
    await lake.clear();
    expect(await ask("GET", "/api/segments/s/explain?profile=user_id:ana")).toMatchObject({
      member: false,
      inLake: false,
    });
    expect((await ask("GET", "/api/segments/s/explain?profile=user_id:nobody")).code).toBe("profile.not_found");
    expect((await ask("GET", "/api/segments/s/explain?profile=ana")).code).toBe("identifier.malformed");
  });

  it("agrees with the query, for each person and each kind of condition", async () => {
    await ask("POST", "/api/lists", {
      id: "vip",
      name: "VIP",
      identifiers: ["email:BO@example.org", "email:new@example.org"],
    });
    const conditions = [
      LYON,
      BUYERS,
      { not: BUYERS },
      { list: "vip" },
      { any: [{ list: "vip" }, { event: "Order Completed", sum: { of: "revenue", gt: 40 } }] },
      { sequence: [{ event: "identify" }, { event: "Order Completed", where: [{ property: "revenue", gte: 21 }] }] },
      { event: "Order Completed", last: { before: "2026-10-21" } },
      { trait: "phone", missing: true },
    ];
    for (const [at, condition] of conditions.entries()) {
      await make(`c-${at}`, condition);
      const { members } = await ask("GET", `/api/segments/c-${at}/members?now=${NOW}`);
      for (const person of ["ana", "bo", "cy"]) {
        const told = await ask("GET", `/api/segments/c-${at}/explain?profile=user_id:${person}&now=${NOW}`);
        expect(told.member, `${person} in ${JSON.stringify(condition)}`).toBe(members.includes(told.profileId));
      }
    }
  });
});

describe("a preview", () => {
  it("says what it costs and how fresh the segment would be", async () => {
    const told = await ask("POST", "/api/segments/preview", { condition: BUYERS, now: NOW });
    expect(told).toMatchObject({
      count: 1,
      tookMs: 0,
      cost: { by: "columns" },
      freshness: { kind: "real_time", evaluatedAt: null },
    });
    expect(told.cost.bytes).toBeGreaterThan(0);
    expect(told.cost.usd, "Athena asks for 10 MB at least").toBeCloseTo((10_000_000 / 1024 ** 4) * 5, 12);
  });
});
