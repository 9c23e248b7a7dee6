import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { MessageEventRow, MessageStatus } from "#core/campaigns/message-event-row.ts";
import type { Json, JsonObject } from "#core/kernel/json.ts";
import { type ApiWorld, apiWorld, duckDbLake, NOW } from "#test/support/api-world.ts";

const lake = await duckDbLake();
afterAll(() => lake.close());

let world: ApiWorld;
beforeEach(async () => {
  await lake.clear();
  world = await apiWorld(lake);
});

/** A value that a path or a query takes up. */
const text = (value: Json | undefined): string => (typeof value === "string" ? value : JSON.stringify(value));

const listOf = (value: unknown): readonly JsonObject[] => value as readonly JsonObject[];

const visit = { type: "page", anonymousId: "a-1", timestamp: "2026-11-01T08:00:00Z", messageId: "m-1" };
const signUp = {
  type: "identify",
  userId: "u/1:x+y",
  anonymousId: "a-1",
  traits: { email: "Ana@Example.org", first_name: "Ana" },
  timestamp: "2026-11-01T09:00:00Z",
  messageId: "m-2",
};

describe("profiles", () => {
  it("answers the profile of an identifier, however it is written and encoded", async () => {
    await world.take([visit, signUp]);
    const byEmail = await world.ask("GET", "/api/profiles/email:ANA@example.org");
    expect(byEmail.status).toBe(200);
    expect(byEmail.body).toMatchObject({
      traits: { first_name: "Ana" },
      identifiers: [
        { type: "user_id", value: "u/1:x+y" },
        { type: "email", value: "ana@example.org" },
        { type: "anonymous_id", value: "a-1" },
      ],
      firstSeen: "2026-11-01T08:00:00.000Z",
    });
    const { id } = byEmail.body;
    for (const path of [
      "/api/profiles/email%3Aana%40example.org",
      "/api/profiles/user_id:u%2F1%3Ax%2By",
      // As an HTTP API hands it over: decoded.
      "/api/profiles/user_id:u/1:x+y",
      `/api/profiles/id:${text(id)}`,
      "/api/profiles/anonymous_id:a-1/",
    ]) {
      expect((await world.ask("GET", path)).body.id, path).toBe(id);
    }
  });

  it("leads from every id a profile ever had to the profile it is now", async () => {
    await world.take([signUp]);
    const before = (await world.ask("GET", "/api/profiles/email:ana@example.org")).body.id;
    await world.take([visit]);
    const now = (await world.ask("GET", `/api/profiles/id:${text(before)}`)).body;
    expect(now.id).not.toBe(before);
    expect(now.aliases).toContain(before);
  });

  it("finds by a bare value of any type, by type:value and by profile id, and answers none where there is none", async () => {
    await world.take([visit, signUp, { type: "track", event: "x", userId: "a-1", timestamp: "2026-11-01T10:00:00Z" }]);
    const found = async (query: string): Promise<readonly JsonObject[]> =>
      listOf((await world.ask("GET", `/api/profiles?query=${encodeURIComponent(query)}`)).body.profiles);
    expect(await found(" ana@EXAMPLE.org ")).toHaveLength(1);
    expect(await found("user_id:u/1:x+y")).toHaveLength(1);
    expect(await found("u/1:x+y")).toHaveLength(1);
    expect(await found("a-1"), "an anonymous id and a user id").toHaveLength(2);
    const [one] = await found("u/1:x+y");
    expect(await found(text(one?.id))).toEqual([one]);
    expect(await found("nobody")).toEqual([]);
  });

  it("says what is wrong with what names nobody", async () => {
    const codes: Record<string, unknown> = {};
    for (const named of ["email:x@y.org", "nocolon", "email:notanaddress", "user_id:null", "id:p_1", "id:zzz"]) {
      codes[named] = (await world.ask("GET", `/api/profiles/${named}`)).body.code;
    }
    expect(codes).toEqual({
      "email:x@y.org": "profile.not_found",
      nocolon: "identifier.malformed",
      "email:notanaddress": "identifier.unusable",
      "user_id:null": "identifier.unusable",
      "id:p_1": "profile.not_found",
      "id:zzz": "profile.not_found",
    });
  });
});

describe("events of a profile", () => {
  const at = (minute: number, event: string) => ({
    type: "track",
    event,
    anonymousId: "a-1",
    messageId: `e-${minute}-${event}`,
    timestamp: new Date(NOW - minute * 60_000).toISOString(),
  });

  it("are those of all its identifiers, latest first, each once, in pages that neither miss nor repeat", async () => {
    const shop = [at(5, "A"), at(3, "B"), at(3, "C"), at(9, "D")];
    await world.take([...shop, signUp]);
    await world.take(shop);
    await world.take([{ ...at(1, "else"), anonymousId: "a-2" }]);
    const names: unknown[] = [];
    let path: string | null = "/api/profiles/email:ana@example.org/events?limit=2";
    while (path !== null) {
      const { body } = await world.ask("GET", path);
      names.push(...listOf(body.events).map(({ event }) => event));
      path = body.next === null ? null : `/api/profiles/anonymous_id:a-1/events?limit=2&cursor=${text(body.next)}`;
    }
    expect(names).toEqual(["B", "C", "A", "D", "identify"]);
  });

  it("can be asked for by name and time, and hold what was sent", async () => {
    await world.take([
      { ...at(5, "Order Completed"), properties: { revenue: 12.5, note: "it's" } },
      at(50, "A"),
      at(2, "A"),
    ]);
    const orders = await world.ask("GET", "/api/profiles/anonymous_id:a-1/events?event=Order%20Completed");
    expect(listOf(orders.body.events)).toMatchObject([{ properties: { revenue: 12.5, note: "it's" }, source: "shop" }]);
    const since = new Date(NOW - 10 * 60_000).toISOString();
    const recent = await world.ask("GET", `/api/profiles/anonymous_id:a-1/events?event=A&since=${since}`);
    expect(listOf(recent.body.events)).toHaveLength(1);
  });

  it("refuses a cursor that is not its own", async () => {
    await world.take([visit]);
    const { body } = await world.ask("GET", "/api/profiles/anonymous_id:a-1/events?cursor=WyJ4Il0");
    expect(body.code).toBe("page.bad_cursor");
  });
});

describe("links", () => {
  const pair = { a: { type: "user_id", value: "u-1" }, b: { type: "email", value: "Ana@Example.org" } };
  const apart = [
    { type: "identify", userId: "u-1", traits: {} },
    { type: "identify", anonymousId: "a-9", traits: { email: "ana@example.org" } },
  ];
  const idOf = async (named: string) => (await world.ask("GET", `/api/profiles/${named}`)).body.id;

  it("joins two people, says who did and why, and undoes it", async () => {
    await world.take(apart);
    const before = await idOf("user_id:u-1");
    const made = await world.ask("POST", "/api/links", { ...pair, reason: "called us" });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ b: { type: "email", value: "ana@example.org" }, reason: "called us" });
    await world.settle();
    expect(await idOf("user_id:u-1")).toBe(await idOf("email:ana@example.org"));

    const { links } = (await world.ask("GET", "/api/profiles/user_id:u-1/explain")).body;
    const human = listOf(links).find((link) => link.class === "human");
    expect(human).toMatchObject({ id: made.body.id, state: "live", source: "operator", reason: "called us" });
    expect(human?.because).toBe("operator decided that these are one person: user_id:u-1 and email:ana@example.org.");

    const undone = await world.ask("DELETE", `/api/links/${text(made.body.id)}`);
    expect(undone.body).toEqual({ id: made.body.id, state: "retracted" });
    await world.settle();
    expect(await idOf("user_id:u-1")).toBe(before);
    expect(await idOf("email:ana@example.org")).not.toBe(before);
  });

  it("takes a link back that was asserted a moment ago, and one again that was taken back", async () => {
    await world.take(apart);
    const first = await world.ask("POST", "/api/links", pair);
    expect((await world.ask("DELETE", `/api/links/${text(first.body.id)}`)).status).toBe(200);
    await world.settle();
    expect(await idOf("user_id:u-1")).not.toBe(await idOf("email:ana@example.org"));
    const second = await world.ask("POST", "/api/links", pair);
    expect(second.body.id).not.toBe(first.body.id);
    await world.settle();
    expect(await idOf("user_id:u-1")).toBe(await idOf("email:ana@example.org"));
    expect((await world.ask("POST", "/api/links", pair)).body.id, "asserting twice is once").toBe(second.body.id);
  });

  it("keeps two people apart, and explains the refused link with its reason", async () => {
    await world.take(apart);
    await world.ask("POST", "/api/links", { ...pair, verdict: "different" });
    await world.settle();
    await world.take([{ type: "identify", userId: "u-1", traits: { email: "ana@example.org" }, messageId: "m" }]);
    const { links, apart: others } = (await world.ask("GET", "/api/profiles/user_id:u-1/explain")).body;
    expect(listOf(links).map(({ state, refusal, verdict }) => [state, refusal, verdict])).toContainEqual([
      "refused",
      "different",
      "same",
    ]);
    expect(listOf(others)).toHaveLength(1);
  });

  it("names who decided by their token's claims", async () => {
    const claims = { authorizer: { jwt: { claims: { username: "chloe", sub: "s" }, scopes: [] } } };
    const { body } = await world.ask("POST", "/api/links", pair, {}, claims);
    expect(body.source).toBe("chloe");
  });

  it("refuses what is no link", async () => {
    const code = async (method: string, path: string, body?: JsonObject) =>
      (await world.ask(method, path, body)).body.code;
    const user = pair.a;
    expect(await code("POST", "/api/links", { a: user, b: { type: "user_id", value: " u-1 " } })).toBe(
      "link.same_identifier",
    );
    expect(await code("POST", "/api/links", { a: user, b: { type: "email", value: "guest" } })).toBe(
      "identifier.unusable",
    );
    expect(await code("POST", "/api/links", { a: user, b: { type: "E-Mail", value: "x" } })).toBe(
      "identifier.malformed",
    );
    expect(await code("POST", "/api/links", { a: user })).toBe("body.invalid");
    expect(await code("DELETE", "/api/links/nonsense")).toBe("link.not_found");
    expect(await code("DELETE", `/api/links/0${"a".repeat(22)}.${"b".repeat(22)}`)).toBe("link.not_found");
  });
});

describe("segments", () => {
  const everybody = { not: { trait: "nobody_has_it", exists: true } };
  const loyal = { name: "Fidèles, 90 jours !", condition: { trait: "city", eq: "Lyon" } };

  it("are created, read, changed by version and deleted", async () => {
    const made = await world.ask("POST", "/api/segments", loyal);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ id: "fideles-90-jours", version: 1, ...loyal });
    expect(made.headers.etag).toBe('"1"');
    const path = "/api/segments/fideles-90-jours";
    expect((await world.ask("GET", path)).body).toEqual(made.body);
    const change = { ...made.body, name: "Loyal" };
    expect((await world.ask("PUT", path, change)).body).toMatchObject({ version: 2, name: "Loyal" });
    expect((await world.ask("PUT", path, change)).body.code).toBe("definition.changed");
    expect((await world.ask("PUT", path, loyal)).body.code).toBe("definition.version_needed");
    expect((await world.ask("PUT", path, loyal, { "if-match": '"2"' })).body.version).toBe(3);
    expect((await world.ask("DELETE", path)).body).toEqual({ id: "fideles-90-jours", deleted: true });
    expect((await world.ask("DELETE", path)).body.code).toBe("segment.not_found");
    expect((await world.ask("PUT", path, change)).body.code).toBe("segment.not_found");
  });

  it("that share a name get ids of their own; an id that is asked for is got once", async () => {
    await world.ask("POST", "/api/segments", loyal);
    expect((await world.ask("POST", "/api/segments", loyal)).body.id).toBe("fideles-90-jours-2");
    expect((await world.ask("POST", "/api/segments", { ...loyal, id: "mine" })).status).toBe(201);
    expect((await world.ask("POST", "/api/segments", { ...loyal, id: "mine" })).body.code).toBe("definition.exists");
    expect((await world.ask("POST", "/api/segments", { ...loyal, id: "No Good" })).body.code).toBe("definition.bad_id");
    expect((await world.ask("POST", "/api/segments", { ...loyal, name: "日本" })).body.id).toBe("segment");
  });

  it("may name one another, but not in a circle, nor what is not there, nor lose what is used", async () => {
    const code = async (method: string, path: string, body?: JsonObject) =>
      (await world.ask(method, path, body)).body.code;
    await world.ask("POST", "/api/segments", { ...loyal, id: "a" });
    expect(await code("POST", "/api/segments", { ...loyal, id: "b", condition: { segment: "a" } })).toBeUndefined();
    const { sentence } = (await world.ask("GET", "/api/segments/b")).body;
    expect(sentence, "called by its name").toMatchObject({
      en: expect.stringContaining(loyal.name),
      fr: expect.stringContaining(loyal.name),
    });
    const circle = await world.ask("PUT", "/api/segments/a", { ...loyal, condition: { segment: "b" }, version: 1 });
    expect(circle.body).toMatchObject({ code: "segment.cycle", message: expect.stringContaining("a → b → a") });
    expect(await code("POST", "/api/segments", { ...loyal, condition: { segment: "z" } })).toBe(
      "segment.unknown_segment",
    );
    expect(await code("POST", "/api/segments", { ...loyal, id: "c", condition: { segment: "c" } })).toBe(
      "segment.cycle",
    );
    expect(await code("DELETE", "/api/segments/a")).toBe("segment.in_use");
  });

  it("are previewed with a count, a sample, a sentence and the query", async () => {
    await world.take([visit, { ...visit, anonymousId: "a-2", messageId: "m-9" }]);
    const { body } = await world.ask("POST", "/api/segments/preview", {
      condition: everybody,
      now: "2026-01-01",
    });
    expect(body).toMatchObject({
      count: 2,
      sql: expect.stringContaining("profile_id"),
      now: "2026-01-01T00:00:00.000Z",
    });
    expect(body.sample).toHaveLength(2);
    expect((await world.ask("POST", "/api/segments/preview", { condition: { trait: 1 } })).body.code).toBe(
      "segment.bad_condition",
    );
    expect((await world.ask("POST", "/api/segments/preview", { ...loyal, now: "yesterday" })).body.code).toBe(
      "body.invalid",
    );
  });

  it("list their members in pages of one moment and one version", async () => {
    const people = Array.from({ length: 5 }, (_, n) => ({ ...visit, anonymousId: `p-${n}`, messageId: `p-${n}` }));
    await world.take(people);
    await world.ask("POST", "/api/segments", { name: "All", condition: everybody, id: "a" });
    const first = await world.ask("GET", "/api/segments/a/members?limit=3&now=2026-11-01T00:00:00Z");
    expect(first.body).toMatchObject({ count: 5, now: "2026-11-01T00:00:00.000Z", version: 1 });
    const second = await world.ask("GET", `/api/segments/a/members?limit=3&cursor=${text(first.body.next)}`);
    expect(second.body).toMatchObject({ count: 5, now: "2026-11-01T00:00:00.000Z", next: null });
    const all = [...(first.body.members as string[]), ...(second.body.members as string[])];
    expect(all).toHaveLength(5);
    expect(all).toEqual([...new Set(all)].sort());
    await world.ask("PUT", "/api/segments/a", { ...loyal, version: 1 });
    const stale = await world.ask("GET", `/api/segments/a/members?limit=3&cursor=${text(first.body.next)}`);
    expect(stale.body.code).toBe("page.bad_cursor");
  });
});

describe("campaigns", () => {
  const news = {
    name: "News",
    segmentId: "all",
    channel: "email",
    purpose: "marketing",
    treatments: [{ name: "one", template: { subject: "Hello", text: "Hello {{traits.first_name}}" } }],
  };

  beforeEach(async () => {
    await world.ask("POST", "/api/segments", { id: "all", name: "All", condition: { trait: "x", exists: true } });
  });

  it("are created, read, changed by version and deleted", async () => {
    const made = await world.ask("POST", "/api/campaigns", news);
    expect(made.body).toMatchObject({ id: "news", version: 1, holdoutPercent: 0, segmentId: "all" });
    const changed = await world.ask("PUT", "/api/campaigns/news", { ...made.body, holdoutPercent: 10 });
    expect(changed.body).toMatchObject({ version: 2, holdoutPercent: 10 });
    expect((await world.ask("GET", "/api/campaigns")).body.campaigns).toEqual([changed.body]);
    expect((await world.ask("DELETE", "/api/segments/all")).body.code).toBe("segment.in_use");
    expect((await world.ask("DELETE", "/api/campaigns/news")).status).toBe(200);
    expect((await world.ask("GET", "/api/campaigns/news")).body.code).toBe("campaign.not_found");
  });

  it("are refused without a segment, a subject, or treatments that tell apart", async () => {
    const post = async (body: JsonObject) => (await world.ask("POST", "/api/campaigns", body)).body;
    expect(await post({ ...news, segmentId: "none" })).toMatchObject({ code: "campaign.unknown_segment" });
    expect(await post({ ...news, treatments: [{ name: "one", template: { text: "x" } }] })).toMatchObject({
      code: "body.invalid",
      message: expect.stringContaining("needs a subject"),
    });
    expect(await post({ ...news, treatments: [...news.treatments, ...news.treatments] })).toMatchObject({
      code: "body.invalid",
    });
  });

  it("are run by an order that is durable when answered", async () => {
    await world.ask("POST", "/api/campaigns", news);
    const given = await world.ask("POST", "/api/campaigns/news/runs", { now: "2026-10-01T00:00:00Z", runId: "r1" });
    expect(given.status).toBe(202);
    const made = await world.ask("POST", "/api/campaigns/news/runs", {});
    expect(made.body.runId).toBe("run-20261102t100000000z");
    expect(world.log).toEqual([
      ["campaignRuns.start", { campaignId: "news", runId: "r1", now: Date.parse("2026-10-01T00:00:00Z") }],
      ["campaignRuns.start", { campaignId: "news", runId: "run-20261102t100000000z", now: NOW }],
    ]);
    expect((await world.ask("POST", "/api/campaigns/none/runs", {})).body.code).toBe("campaign.not_found");
    expect((await world.ask("POST", "/api/campaigns/news/runs", { runId: "../x" })).body.code).toBe("body.invalid");
    expect((await world.ask("POST", "/api/campaigns/news/runs")).status, "no body asks for nothing special").toBe(202);
  });

  it("tell what became of their messages, and list them", async () => {
    const row = (n: number, status: MessageStatus): MessageEventRow => ({
      message_id: `m-${n}`,
      campaign_id: "news",
      run_id: "r1",
      profile_id: `p_${n}`,
      channel: "email",
      treatment: "one",
      address: n === 2 ? null : `${n}@example.org`,
      status,
      reason: n === 2 ? "no_address" : null,
      occurred_at: "2026-11-02T09:00:00.000Z",
      dt: "2026-11-02",
    });
    await lake.append("message_events", [row(0, "sent"), row(1, "sent"), row(2, "not_sent")]);
    const { body } = await world.ask("GET", "/api/campaigns/news/results");
    expect(body).toEqual({
      campaignId: "news",
      runs: [
        {
          runId: "r1",
          outcomes: [
            { treatment: "one", status: "not_sent", reason: "no_address", messages: 1, people: 1 },
            { treatment: "one", status: "sent", reason: null, messages: 2, people: 2 },
          ],
        },
      ],
    });
    const sent = await world.ask("GET", "/api/messages?campaign=news&status=sent&limit=1");
    expect(listOf(sent.body.messages)).toMatchObject([{ messageId: "m-0", address: "0@example.org" }]);
    const rest = await world.ask(
      "GET",
      `/api/messages?campaign=news&status=sent&limit=1&cursor=${text(sent.body.next)}`,
    );
    expect(listOf(rest.body.messages)).toMatchObject([{ messageId: "m-1" }]);
    expect(rest.body.next).toBeNull();
  });
});

describe("the lake", () => {
  it("answers an analyst's statement, and says why one is refused", async () => {
    await world.take([visit]);
    const { body } = await world.ask("POST", "/api/queries", { sql: "SELECT count(*) AS n, 'a' AS t FROM events" });
    expect(body.rows).toEqual([[1, "a"]]);
    const refused = await world.ask("POST", "/api/queries", { sql: "SELEC 1" });
    expect(refused.body).toMatchObject({ code: "sql.refused", message: expect.stringContaining("SELEC") });
  });

  it("sends no more than a function may answer, and says that there was more", async () => {
    const sql = "SELECT repeat('x', 100000) AS x FROM range(50)";
    const { body } = await world.ask("POST", "/api/queries", { sql });
    expect([listOf(body.rows).length, body.truncated]).toEqual([39, true]);
    expect((await world.ask("POST", "/api/queries", { sql: `${sql} LIMIT 30` })).body.truncated).toBeUndefined();
  });

  it("passes on that the engine itself cut an answer", async () => {
    const cut = { columns: [{ name: "n", type: "bigint" }], rows: [[1]], truncated: true } as const;
    const cutting = await apiWorld(lake, { analyst: { query: async () => cut } });
    expect((await cutting.ask("POST", "/api/queries", { sql: "SELECT 1" })).body).toEqual(cut);
  });

  it("keeps bad events for looking at, counted by code", async () => {
    const row = (n: number, code: string, at: string) => ({
      bad_event_id: `b-${n}`,
      schema_version: 1,
      code,
      problems: '[{"path":"type","message":"?"}]',
      payload: "{}",
      source: "shop",
      position: n,
      received_at: `${at}T00:00:00.000Z`,
      recoveries: 0,
      dt: at,
    });
    const late = row(1, "event.no_name", "2026-10-30");
    await lake.append("bad_events", [row(0, "event.no_name", "2026-10-29"), late, late]);
    await lake.append("bad_events", [row(2, "event.too_large", "2026-11-01"), row(3, "event.too_large", "2026-08-01")]);
    const { body } = await world.ask("GET", "/api/bad-events?limit=2");
    expect(body.counts).toEqual([
      { code: "event.no_name", count: 2 },
      { code: "event.too_large", count: 1 },
    ]);
    expect(listOf(body.badEvents).map(({ id }) => id)).toEqual(["b-2", "b-1"]);
    const next = await world.ask("GET", `/api/bad-events?limit=2&cursor=${text(body.next)}`);
    expect(listOf(next.body.badEvents)).toMatchObject([{ id: "b-0", problems: [{ path: "type" }] }]);
    const old = await world.ask("GET", "/api/bad-events?since=2026-01-01&code=event.too_large&source=shop");
    expect(old.body.counts).toEqual([{ code: "event.too_large", count: 2 }]);
  });
});

describe("imports and what is not served yet", () => {
  it("starts an import by the name of a file, never by a path", async () => {
    const made = await world.ask("POST", "/api/imports", { mapping: "cdnow", file: "cdnow.csv" });
    expect(made.status).toBe(202);
    expect(listOf((await world.ask("GET", "/api/imports")).body.imports)).toMatchObject([{ file: "cdnow.csv" }]);
    for (const file of ["../secret", "/etc/passwd", ".hidden", "a/b.csv", "a\\b.csv", "a\0b"]) {
      const refused = await world.ask("POST", "/api/imports", { mapping: "cdnow", file });
      expect(refused.body.code, file).toBe("body.invalid");
    }
  });

  it("says honestly what is not there", async () => {
    const code = async (method: string, path: string) => (await world.ask(method, path, {})).body.code;
    expect(await code("GET", "/api/destinations")).toBe("destination.not_served_yet");
    expect(await code("POST", "/api/destinations")).toBe("destination.not_served_yet");
    expect(await code("POST", "/api/destinations/x/redrive")).toBe("destination.not_served_yet");
    expect(await code("POST", "/api/engagement/credentials")).toBe("engagement.not_served_yet");
    expect(await code("POST", "/api/bad-events/recover")).toBe("recovery.not_served_yet");
  });

  it("answers for its health and describes itself", async () => {
    expect((await world.ask("GET", "/api/health")).body).toEqual({
      status: "ok",
      time: "2026-11-02T10:00:00.000Z",
      dialect: "duckdb",
    });
    expect((await world.ask("GET", "/api/openapi.json")).body.openapi).toBe("3.1.0");
  });
});
