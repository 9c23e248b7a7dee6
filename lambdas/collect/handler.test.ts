import { describe, expect, it } from "vitest";
import { basic, type Request, sent } from "#test/support/collect-world.ts";

const track = (more: object = {}): object => ({ type: "track", event: "Seen", userId: "u1", messageId: "m1", ...more });

describe("routes", () => {
  const segment = ["batch", "b", "batch/b", "import", "beacon/v1/batch"];
  const single = { identify: "i", track: "t", page: "p", screen: "s", group: "g", alias: "a" };
  const jitsu = ["api/s/batch", "api/s/s2s/batch"];
  const spelt = (path: string): readonly string[] => [`/${path}`, `/v1/${path}`, `/v1/${path}/`, `//${path}`];

  it.each(segment.flatMap(spelt))("POST %s takes a batch", async (path) => {
    const { status, body, events } = await sent({ path, body: { batch: [track(), track({ messageId: "m2" })] } });
    expect([status, body]).toEqual([200, { success: true }]);
    expect(events.map(({ messageId }) => messageId)).toEqual(["m1", "m2"]);
  });
  it.each(jitsu.flatMap(spelt))("POST %s takes a batch and answers as Jitsu likes it", async (path) => {
    const { status, body, events } = await sent({ path, body: { batch: [track()] } });
    expect([status, body]).toEqual([200, { ok: true, destinations: [] }]);
    expect(events).toHaveLength(1);
  });
  it.each(
    Object.entries(single).flatMap(([type, short]) =>
      [type, short, `v1/${type}`, `v1/${short}/`, `api/s/${type}`, `api/s/s2s/${type}`].map(
        (path) => [path, type] as const,
      ),
    ),
  )("POST /%s takes one event, of type %s unless it says else", async (path, type) => {
    const event = { event: "Seen", groupId: "g1", userId: "u1", previousId: "p1", messageId: "m1" };
    const { status, events } = await sent({ path: `/${path}`, body: event });
    expect([status, events.map((one) => one.type)]).toEqual([200, [type]]);
    const other = await sent({ path: `/${path}`, body: { ...event, type: "Identify" } });
    expect(other.events.map((one) => one.type)).toEqual(["identify"]);
  });
  it.each(["/m", "/v1/m", "/rsaMetrics", "/v1/m/"])("POST %s thanks for metrics and keeps none", async (path) => {
    const { status, body, log } = await sent({ path, headers: {}, body: { series: [] } });
    expect([status, body, log]).toEqual([200, { success: true }, []]);
  });
  it.each(["/", "/v2/track", "/v1/delete", "/favicon.ico", "/v1", `/${"x".repeat(5_000)}`, "/constructor"])(
    "%.20s is nobody's path",
    async (path) => {
      const { status, body } = await sent({ path, body: track() });
      expect([status, body.code, body.requestId]).toEqual([404, "route.unknown", "request-1"]);
      expect(body.message).toContain("/v1/batch");
    },
  );
  it.each([
    ["GET", "/v1/batch"],
    ["PUT", "/v1/track"],
    ["DELETE", "/v1/m"],
    ["POST", "/v1/projects/shop-key/settings"],
    ["POST", "/sourceConfig"],
  ])("%s %s is the wrong way to ask", async (method, path) => {
    const { status, body, events } = await sent({ method, path, body: track() });
    expect([status, body.code, events]).toEqual([405, "route.method", []]);
  });
});

describe("write keys", () => {
  const bearer = (token: string): string => `Bearer ${token}`;
  it.each<[string, Request["headers"], string, object, string]>([
    ["Basic user, with the colon", { authorization: basic("shop-key:") }, "", {}, "shop"],
    ["Basic user, without the colon", { authorization: basic("shop-key") }, "", {}, "shop"],
    [
      "Basic before all",
      { authorization: basic("shop-key:"), "x-write-key": "site-key" },
      "?writeKey=site-key",
      {},
      "shop",
    ],
    [
      "Bearer with the body's key",
      { authorization: bearer("t"), "x-write-key": "site-key" },
      "",
      { writeKey: "shop-key" },
      "shop",
    ],
    ["X-Write-Key", { "x-write-key": "shop-key" }, "", {}, "shop"],
    ["X-Write-Key with a secret", { "X-Write-Key": "shop-key:secret" }, "?writeKey=site-key", {}, "shop"],
    ["query writeKey", {}, "?writeKey=shop-key", { writeKey: "site-key" }, "shop"],
    ["query writekey", {}, "?writekey=shop-key", {}, "shop"],
    ["body", {}, "", { writeKey: "shop-key", batch: [track({ writeKey: "site-key" })] }, "shop"],
    ["each event's own", {}, "", { batch: [track({ writeKey: "shop-key" })] }, "shop"],
    ["Bearer by itself", { authorization: bearer("shop-key") }, "", {}, "shop"],
    [
      "an event's own before a Bearer token",
      { authorization: bearer("x") },
      "",
      { batch: [track({ writeKey: "shop-key" })] },
      "shop",
    ],
    ["an empty Basic user is none", { authorization: basic(":") }, "?writeKey=shop-key", {}, "shop"],
  ])("%s", async (_place, headers = {}, query, body, from) => {
    const { status, events } = await sent({ path: `/v1/batch${query}`, headers, body: { batch: [track()], ...body } });
    expect([status, events.map(({ source }) => source)]).toEqual([200, [from]]);
  });
  it("gives each event to the source of its own key, and keeps those of nobody's", async () => {
    const batch = [
      track({ messageId: "a", writeKey: "shop-key" }),
      track({ messageId: "b", writeKey: "site-key" }),
      track({ messageId: "c", writeKey: "nobody" }),
      track({ messageId: "d" }),
      track({ messageId: "e", writeKey: "closed-key" }),
    ];
    const { status, body, events, badEvents, log } = await sent({ headers: {}, body: { batch } });
    expect(status).toBe(200);
    expect(events.map(({ messageId, source }) => [messageId, source])).toEqual([
      ["a", "shop"],
      ["b", "site"],
    ]);
    expect(events.map(({ trust }) => trust)).toEqual(["server", "browser"]);
    const code = "event.unknown_key";
    expect(body).toEqual({ success: true, accepted: 2, refused: [2, 3, 4].map((position) => ({ position, code })) });
    expect(badEvents.map(({ source, payload }) => [source, JSON.parse(payload)])).toEqual(
      [2, 3, 4].map((at) => ["shop", batch[at]]),
    );
    expect(log.filter(([port]) => port === "intake.append")).toHaveLength(1);
  });
  it("asks for ten sources a request and no more", async () => {
    const batch = Array.from({ length: 200 }, (_, nth) => track({ writeKey: `made-up-${nth}` }));
    const { status, log } = await sent({ headers: {}, body: { batch } });
    expect([status, log.length]).toEqual([401, 10]);
  });
  it.each<[string, Request, number, string]>([
    ["none", { headers: {}, body: track() }, 401, "key.missing"],
    ["a wrong one", { headers: { authorization: basic("wrong:") }, body: track() }, 401, "key.unknown"],
    ["one too long", { headers: { "x-write-key": "k".repeat(257) }, body: track() }, 401, "key.missing"],
    ["one switched off", { headers: { authorization: basic("closed-key:") }, body: track() }, 403, "key.disabled"],
    ["each wrong", { headers: {}, body: [track({ writeKey: "x" })] }, 401, "key.unknown"],
    ["garbage for Basic", { headers: { authorization: "Basic %%%" }, body: track() }, 401, "key.missing"],
    ["a number", { headers: {}, body: track({ writeKey: 5 }) }, 401, "key.missing"],
  ])("key: %s", async (_which, request, status, code) => {
    const answer = await sent(request);
    expect([answer.status, answer.body.code, typeof answer.body.message]).toEqual([status, code, "string"]);
    expect([answer.events, answer.badEvents]).toEqual([[], []]);
  });
});
