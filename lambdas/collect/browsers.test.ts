import { describe, expect, it } from "vitest";
import { basic, NOW, sent } from "#test/support/collect-world.ts";

const track = (more: object = {}): object => ({ type: "track", event: "Seen", userId: "u1", messageId: "m1", ...more });
const KEY = { authorization: basic("shop-key:") };
const CHROME =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36";

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
