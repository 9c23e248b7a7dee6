import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { basic, collectWorld, NOW, type Request } from "#test/support/collect-world.ts";

const track = (more: object = {}): object => ({ type: "track", event: "Seen", userId: "u1", messageId: "m1", ...more });
const KEY = { authorization: basic("shop-key:") };
const CHROME =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36";

/** Sends one request to a world of its own. */
async function sent(request: Request, options: Parameters<typeof collectWorld>[0] = {}) {
  const world = collectWorld(options);
  const answer = await world.ask(request);
  return { ...answer, ...world.taken(), log: world.log };
}

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

describe("bodies", () => {
  const whole = JSON.stringify({ batch: [track()] });
  const gzip = gzipSync(whole);
  it.each<[string, string | Uint8Array, Record<string, string>]>([
    ["JSON", whole, { "content-type": "application/json" }],
    ["JSON called plain text", whole, { "content-type": "text/plain" }],
    ["JSON called a form", whole, { "content-type": "application/x-www-form-urlencoded" }],
    ["JSON not called anything", whole, {}],
    ["JSON in bytes", Buffer.from(whole), {}],
    ["JSON behind a byte order mark", `\ufeff${whole}`, {}],
    ["gzip called gzip", gzip, { "content-encoding": "gzip" }],
    ["gzip called a form", gzip, { "content-type": "application/x-www-form-urlencoded" }],
    ["gzip not called anything", gzip, {}],
    ["JSON called gzip", Buffer.from(whole), { "content-encoding": "gzip" }],
  ])("%s is read", async (_what, body, headers) => {
    const { status, events } = await sent({ body, headers: { ...KEY, ...headers } });
    expect([status, events.length]).toEqual([200, 1]);
  });

  const limits = { batchBytes: 2_000, batchEvents: 3, eventBytes: 1_000, batchContextBytes: 200 };
  const bomb = gzipSync(Buffer.alloc(5_000_000, 32));
  it.each<[string, string | Uint8Array, Record<string, string>, number, string]>([
    ["broken JSON", '{"batch":[', {}, 400, "body.not_json"],
    ["no JSON at all", "writeKey=shop-key&event=Seen", {}, 400, "body.not_json"],
    ["too many bytes", `"${"x".repeat(2_000)}"`, {}, 413, "body.too_large"],
    ["too many bytes, in base64", Buffer.alloc(2_001, 32), {}, 413, "body.too_large"],
    ["a gzip bomb", bomb, { "content-encoding": "gzip" }, 413, "body.too_large"],
    ["gzip cut short", gzip.subarray(0, 40), {}, 400, "body.bad_gzip"],
    ["gzip that is not", Buffer.from([0x1f, 0x8b, 1, 2, 3]), {}, 400, "body.bad_gzip"],
    [
      "something else called gzip",
      Buffer.from([0xff, 0xfe, 0x00]),
      { "content-encoding": "gzip" },
      400,
      "body.bad_gzip",
    ],
    ["too many events", JSON.stringify({ batch: [1, 2, 3, 4] }), {}, 413, "batch.too_long"],
    [
      "a context for all that is too large",
      JSON.stringify({ batch: [track()], context: { x: "y".repeat(300) } }),
      {},
      413,
      "batch.large_context",
    ],
  ])("%s is refused, and kept as it stood", async (_what, body, headers, status, code) => {
    const answer = await sent({ body, headers: { ...KEY, ...headers } }, { limits });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.events).toEqual([]);
    expect(answer.badEvents).toMatchObject([{ code, source: "shop", position: 0 }]);
    const [kept] = answer.badEvents;
    const base64 = /^data:application\/octet-stream;base64,(.*)$/s.exec(kept?.payload ?? "")?.[1];
    const bytes = base64 === undefined ? Buffer.from(kept?.payload ?? "") : Buffer.from(base64, "base64");
    expect(bytes.equals(Buffer.from(body))).toBe(true);
  });
  it("keeps nothing of what nobody known has sent, and says what was wrong with it", async () => {
    const { status, body, log } = await sent({ headers: {}, body: gzip.subarray(0, 40) });
    expect([status, body.code, log]).toEqual([400, "body.bad_gzip", []]);
  });
  it("refuses an empty body", async () => {
    const { status, body, badEvents } = await sent({});
    expect([status, body.code, badEvents]).toEqual([400, "body.empty", []]);
  });
});

describe("answers", () => {
  it("lets the good events in and keeps the bad ones, in one durable write", async () => {
    const batch = [track(), null, track({ event: undefined, messageId: "m2" }), track({ messageId: "m3" }), 7];
    const { status, body, events, badEvents, log } = await sent({ body: { batch } });
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      accepted: 2,
      refused: [
        { position: 1, code: "event.not_an_object" },
        { position: 2, code: "event.no_name" },
        { position: 4, code: "event.not_an_object" },
      ],
    });
    expect(events.map(({ messageId }) => messageId)).toEqual(["m1", "m3"]);
    expect(badEvents.map(({ position, payload }) => [position, JSON.parse(payload)])).toEqual([
      [1, null],
      [2, { type: "track", userId: "u1", messageId: "m2" }],
      [4, 7],
    ]);
    expect(log.map(([port]) => port)).toEqual(["sources.byWriteKey", "intake.append"]);
  });
  it("tells of a hundred refusals at most", async () => {
    const { body } = await sent({ body: { batch: Array.from({ length: 150 }, () => null) } });
    expect(body.refused).toHaveLength(100);
  });
  it("thanks for an empty batch without writing", async () => {
    const { status, body, log } = await sent({ body: { batch: [] } });
    expect([status, body, log.map(([port]) => port)]).toEqual([200, { success: true }, ["sources.byWriteKey"]]);
  });
  it.each(["intake", "sources"] as const)("asks for patience where the %s is broken", async (port) => {
    const { status, body, headers, log } = await sent({ body: track() }, { broken: { [port]: new Error("no disk") } });
    expect([status, body.code, headers["retry-after"]]).toEqual([503, "service.unavailable", "5"]);
    expect(body.message).not.toContain("disk");
    expect(log.at(-1)).toEqual(["onFault", new Error("no disk")]);
  });
  it("lets scripts of any site read every answer, and how long to wait", async () => {
    const requests: Request[] = [{ body: track() }, { path: "/nowhere" }, { headers: {} }, { method: "GET" }];
    for (const request of requests) {
      const { headers } = await sent(request);
      expect(headers).toMatchObject({
        "access-control-allow-origin": "*",
        "access-control-expose-headers": "Retry-After",
        "content-type": "application/json",
      });
    }
  });
  it.each([
    ["authorization,content-type,x-retry-count", "authorization,content-type,x-retry-count"],
    ["anonymousid, sentat, rsa-version", "anonymousid, sentat, rsa-version"],
    ["x-ünknown\u0000", expect.stringContaining("x-write-key")],
    [undefined, expect.stringContaining("authorization")],
  ])("answers a preflight that asks for %s", async (asked, allowed) => {
    const requested: Record<string, string> = asked === undefined ? {} : { "Access-Control-Request-Headers": asked };
    const { status, headers, text } = await sent({ method: "OPTIONS", headers: requested });
    expect([status, text]).toEqual([204, ""]);
    expect(headers).toMatchObject({
      "access-control-allow-origin": "*",
      "access-control-allow-headers": allowed,
      "access-control-allow-methods": expect.stringContaining("POST"),
      "access-control-max-age": "7200",
    });
    expect(headers).not.toHaveProperty("access-control-allow-credentials");
  });
});

describe("pixels", () => {
  const pixel = async (path: string, options = {}) => {
    const answer = await sent({ method: "GET", path, headers: {} }, options);
    expect([answer.status, answer.headers["content-type"]]).toEqual([200, "image/gif"]);
    expect(answer.text.slice(0, 6)).toBe("GIF89a");
    expect(answer.headers["cache-control"]).toBe("no-store");
    return answer;
  };
  const data = (event: object, encoding: "base64" | "base64url" = "base64"): string =>
    Buffer.from(JSON.stringify(event)).toString(encoding);

  it.each(["/pixel/track", "/v1/pixel/track", "/v1/pixel/track/", "/pixel/v1/track"])("%s takes data", async (path) => {
    const event = { writeKey: "shop-key", userId: "u1", event: "Mail Opened", properties: { mail: "é?>~" } };
    for (const encoding of ["base64", "base64url"] as const) {
      const { events } = await pixel(`${path}?data=${data(event, encoding)}`);
      expect(events).toMatchObject([
        { source: "shop", type: "track", name: "Mail Opened", properties: { mail: "é?>~" } },
      ]);
    }
  });
  it("takes a flat query, with dots leading into objects and JSON for them", async () => {
    const flat = await pixel(
      "/pixel/v1/page?writeKey=shop-key&anonymousId=a1&name=Home&properties.path=%2F&properties.a.b=1&context=%7B%22locale%22%3A%22fr%22%7D",
    );
    expect(flat.events).toMatchObject([
      {
        type: "page",
        anonymousId: "a1",
        properties: { name: "Home", path: "/", a: { b: "1" } },
        context: { locale: "fr" },
      },
    ]);
  });
  it("is not led astray by names", async () => {
    const { badEvents } = await pixel("/pixel/track?writeKey=shop-key&__proto__.type=x&properties=1&properties.a=2");
    expect(badEvents).toMatchObject([{ code: "event.no_name" }]);
    expect(({} as Record<string, unknown>).type).toBeUndefined();
  });
  it.each([
    ["no key", "/pixel/track?event=Seen&userId=u1", []],
    ["a wrong key", "/pixel/track?writeKey=no&event=Seen&userId=u1", []],
    ["no identity", "/pixel/track?writeKey=shop-key&event=Seen", ["event.no_identity"]],
    ["data that is nothing", "/pixel/track?writeKey=shop-key&data=%25%25", ["event.not_an_object"]],
    ["nothing at all", "/pixel/track", []],
  ])("answers the picture also to %s", async (_what, path, codes) => {
    const { events, badEvents } = await pixel(path);
    expect([events, badEvents.map(({ code }) => code)]).toEqual([[], codes]);
  });
  it("answers the picture also where the intake is broken", async () => {
    const { log } = await pixel("/pixel/track?writeKey=shop-key&event=Seen&userId=u1", {
      broken: { intake: new Error("no disk") },
    });
    expect(log.at(-1)?.[0]).toBe("onFault");
  });
  it("counts only what was fetched", async () => {
    const head = await sent({ method: "HEAD", path: "/pixel/track?writeKey=shop-key&event=Seen&userId=u1" });
    expect([head.status, head.log]).toEqual([200, []]);
  });
});

describe("settings", () => {
  it.each([
    "/v1/projects/site-key/settings",
    "/projects/site-key/settings",
    "/projects/projects/site-key/settings",
    "/v1/projects/projects/site%2Dkey/settings/",
  ])("GET %s tells Segment's client where to send", async (path) => {
    const headers = { host: "t.example:8080", "x-forwarded-proto": "http" };
    const { status, body, headers: answered } = await sent({ method: "GET", path, headers });
    expect(status).toBe(200);
    expect(body).toEqual({
      integrations: { "Segment.io": { apiKey: "site-key", apiHost: "t.example:8080/v1", protocol: "http" } },
      metrics: { sampleRate: 0 },
    });
    expect(answered["cache-control"]).toMatch(/max-age=\d+/);
  });
  it.each<[string, Record<string, string>]>([
    ["/sourceConfig/?writeKey=site-key&p=npm", {}],
    ["/sourceConfig", { authorization: basic("site-key:") }],
    ["/v1/sourceConfig/", { authorization: basic("site-key:") }],
  ])("GET %s tells RudderStack's client of its source", async (path, headers) => {
    const { status, body } = await sent({ method: "GET", path, headers });
    expect(status).toBe(200);
    expect(body).toEqual({
      source: {
        id: "site",
        name: "The site",
        writeKey: "site-key",
        enabled: true,
        workspaceId: expect.any(String),
        connections: [],
        destinations: [],
        dataplanes: {},
        config: { statsCollection: { errors: { enabled: false }, metrics: { enabled: false } } },
      },
      updatedAt: new Date(NOW).toISOString(),
    });
  });
  it.each([
    ["/v1/projects/nobody/settings", 401, "key.unknown"],
    ["/v1/projects/closed-key/settings", 403, "key.disabled"],
    ["/v1/projects/%E0%A4%A/settings", 401, "key.unknown"],
    ["/sourceConfig/?writeKey=nobody", 401, "key.unknown"],
    ["/sourceConfig/", 401, "key.missing"],
  ])("GET %s is refused", async (path, status, code) => {
    const answer = await sent({ method: "GET", path, headers: {} });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });
  it("tells RudderStack's client of a source that is switched off", async () => {
    const { status, body } = await sent({ method: "GET", path: "/sourceConfig/?writeKey=closed-key", headers: {} });
    expect([status, body.source.enabled]).toEqual([200, false]);
  });
});

describe("what stands beside the body", () => {
  it("is RudderStack's anonymous id, for events that name nobody", async () => {
    const headers = { ...KEY, AnonymousId: Buffer.from("anon-é").toString("base64") };
    const batch = [{ type: "track", event: "Seen" }, track(), { type: "track", event: "Seen", anonymousId: "own" }];
    const { events } = await sent({ headers, body: { batch } });
    expect(events.map(({ anonymousId, userId }) => [anonymousId, userId])).toEqual([
      ["anon-é", undefined],
      [undefined, "u1"],
      ["own", undefined],
    ]);
    const { badEvents } = await sent({ headers: { ...KEY, AnonymousId: "/w==" }, body: batch[0] });
    expect(badEvents).toMatchObject([{ code: "event.no_identity" }]);
  });
  it("is the time of sending, from which the client's clock is set right", async () => {
    const timestamp = "2026-11-02T08:00:00+00:00";
    const headers = { ...KEY, SentAt: "2026-11-02T08:00:10Z" };
    const { events } = await sent({ headers, body: track({ timestamp }) });
    expect(events).toMatchObject([{ eventTime: NOW - 10_000, sentAt: Date.parse("2026-11-02T08:00:10Z") }]);
    const body = await sent({ headers, body: { sentAt: "2026-11-02T08:00:20Z", batch: [track({ timestamp })] } });
    expect(body.events).toMatchObject([{ eventTime: NOW - 20_000 }]);
  });
  it("is the device, where the request comes from one", async () => {
    const device = {
      "user-agent": CHROME,
      "accept-language": "fr-FR,fr;q=0.9",
      referer: "https://shop.example/a?gclid=g1",
    };
    const fromSite = await sent({ headers: { "x-write-key": "site-key", ...device }, body: track() });
    const context = {
      ip: "198.51.100.0",
      userAgent: CHROME,
      locale: "fr-FR",
      isBot: false,
      device: { type: "desktop" },
      os: { name: "Windows", version: "10" },
      browser: { name: "Chrome", version: "129.0.0.0" },
      page: { url: "https://shop.example/a?gclid=g1", path: "/a", search: "?gclid=g1" },
      clickIds: { gclid: "g1" },
    };
    expect(fromSite.events).toMatchObject([{ context }]);
    const fromServer = await sent({ headers: { ...KEY, "user-agent": "python-requests/2.32" }, body: track() });
    expect(fromServer.events).toMatchObject([{ context: {} }]);
  });
  it.each([
    ["full", "198.51.100.23"],
    ["truncated", "198.51.100.0"],
    ["none", undefined],
  ] as const)("keeps of an address what the policy %s allows", async (ipPolicy, ip) => {
    const { events } = await sent({ headers: { "x-write-key": "site-key" }, body: track() }, { ipPolicy });
    expect(events[0]?.context.ip).toBe(ip);
  });
});
