import { describe, expect, it } from "vitest";
import { cookieText } from "#core/events/first-party-id.ts";
import { DAY } from "#core/kernel/time.ts";
import { NOW, type Request, sent } from "#test/support/collect-world.ts";

const ID = "W3nPqYb0T2mYx4aVQkZl8w";
const FRESH = "fresh00000000000000001";
const kept = (name = "tributary_id", setAt = NOW, id = ID): string => `${name}=${cookieText({ id, setAt })}`;
const setCookie = (id = FRESH): string => kept("tributary_id", NOW, id);

const event = (more: object = {}): object => ({
  type: "track",
  event: "Seen",
  messageId: "m",
  anonymousId: "a1",
  ...more,
});
const CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0";

/** Sends from a browser with the cookies it has. */
const from = (key: string, cookies: readonly string[], body: unknown = event(), more: Partial<Request> = {}) =>
  sent({
    cookies,
    body,
    ...more,
    headers: { "x-write-key": `${key}-key`, "user-agent": CHROME, host: "cdp.shop.example", ...more.headers },
  });
const denied = (more: object = {}): object =>
  event({ context: { consent: { categoryPreferences: { ads: false } } }, ...more });
const granted = (): object => event({ context: { consent: { categoryPreferences: { ads: true } } } });

describe("a browser without the cookie", () => {
  it("is given one, and its events are not tied to what it may not keep", async () => {
    const { cookies, events, status } = await from("first", []);
    expect(status).toBe(200);
    expect(cookies).toEqual([`${setCookie()}; Max-Age=25920000; Path=/; HttpOnly; Secure; SameSite=Lax`]);
    expect(events[0]?.identifiers).toEqual([{ type: "anonymous_id", value: "a1" }]);
  });

  it.each([
    ["no source asks for it", "site", {}],
    ["the source is a server's", "backend", {}],
    ["it is a bot", "first", { "user-agent": "Googlebot/2.1 (+http://www.google.com/bot.html)" }],
    ["it says that its user opted out", "first", { "sec-gpc": "1" }],
    [
      "the host is not of the domain that the cookie is for",
      "wide",
      { host: "abc.execute-api.eu-west-1.amazonaws.com" },
    ],
    ["the host only ends like the domain", "wide", { host: "notshop.example" }],
    [
      "a page of another site sends, that is not named",
      "first",
      { "sec-fetch-site": "cross-site", origin: "https://x.example" },
    ],
    [
      "a page of another site sends in the clear",
      "wide",
      {
        "sec-fetch-site": "cross-site",
        origin: "https://shop.test",
        "x-forwarded-proto": "http",
      },
    ],
  ])("gets none where %s", async (_what, key, headers) => {
    const { cookies, status, log } = await from(key, [], event(), { headers });
    expect([status, cookies]).toEqual([200, []]);
    expect(log.map(([port]) => port)).not.toContain("freshId");
  });

  it("gets none with what is refused, and none by asking for settings, which lie in shared caches", async () => {
    expect((await from("first", [], "{")).cookies).toEqual([]);
    expect((await from("first", [], { batch: [] })).cookies).toEqual([]);
    expect((await from("nobody", [])).cookies).toEqual([]);
    expect((await from("wide", [], event(), { headers: { origin: "https://evil.example" } })).cookies).toEqual([]);
    const settings = await from("first", [], undefined, { method: "GET", path: "/v1/projects/first-key/settings" });
    expect([settings.status, settings.cookies]).toEqual([200, []]);
    const rudder = await from("first", [], undefined, { method: "GET", path: "/sourceConfig/?writeKey=first-key" });
    expect([rudder.status, rudder.cookies]).toEqual([200, []]);
  });

  it("gets one for the domain that is configured", async () => {
    for (const host of ["cdp.shop.example", "shop.example:8443"]) {
      const { cookies } = await from("wide", [], event(), { headers: { host, "sec-fetch-site": "same-site" } });
      expect(cookies).toEqual([
        `${kept("shop_id", NOW, FRESH)}; Max-Age=2592000; Path=/; Domain=shop.example; HttpOnly; Secure; SameSite=Lax`,
      ]);
    }
  });

  it("gets one across sites where the source names the page's origin, over TLS", async () => {
    const headers = { "sec-fetch-site": "cross-site", origin: "https://shop.test" };
    const answer = await from("wide", [], event(), { headers });
    expect(answer.cookies[0]).toMatch(/; Secure; SameSite=None$/);
    expect(answer.headers).toMatchObject({
      "access-control-allow-origin": "https://shop.test",
      "access-control-allow-credentials": "true",
    });
  });

  it("gets one that is not Secure on a machine without TLS", async () => {
    const headers = { host: "localhost:8080", "x-forwarded-proto": "http" };
    expect((await from("first", [], event(), { headers })).cookies[0]).toMatch(/; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  it("gets one of two sources that share it", async () => {
    const batch = [event({ writeKey: "first-key" }), event({ writeKey: "second-key", messageId: "n" })];
    const answer = await sent({ headers: {}, body: { batch } });
    expect([answer.events.length, answer.cookies.length]).toEqual([2, 1]);
    const shared = await sent({ headers: {}, cookies: [kept()], body: { batch } });
    expect(shared.events.map(({ context }) => context.device)).toEqual([{ id: ID }, { id: ID }]);
  });
});

describe("a browser with the cookie", () => {
  it("tells whose its events are", async () => {
    const { cookies, events } = await from("first", ["other=1", kept()], {
      batch: [event(), event({ userId: "u1" }), { type: "track", event: "Seen" }],
    });
    expect(cookies).toEqual([]);
    expect(events.map(({ anonymousId, userId }) => [anonymousId, userId])).toEqual([
      ["a1", undefined],
      ["a1", "u1"],
      [ID, undefined],
    ]);
    for (const { identifiers, context } of events) {
      expect(identifiers).toContainEqual({ type: "device_id", value: ID });
      expect(context.device).toEqual({ type: "desktop", id: ID });
    }
  });

  it("does not change what an event says of its device, nor whom RudderStack's header names", async () => {
    const own = await from("first", [kept()], event({ context: { device: { id: "phone-7" } } }));
    expect(own.events[0]?.context.device).toMatchObject({ id: "phone-7" });
    const headers = { AnonymousId: Buffer.from("rudder-1").toString("base64") };
    const header = await from("first", [kept()], { type: "track", event: "Seen" }, { headers });
    expect(header.events[0]?.anonymousId).toBe("rudder-1");
  });

  it("keeps its id when the cookie is set for longer", async () => {
    const { cookies, events } = await from("first", [kept("tributary_id", NOW - 250 * DAY)]);
    expect(cookies[0]).toContain(`${setCookie(ID)}; Max-Age=25920000;`);
    expect(events[0]?.context.device).toMatchObject({ id: ID });
  });

  it.each([
    ["rubbish", ["tributary_id=rubbish"]],
    ["a person's id", ["tributary_id=ana@shop.example"]],
    ["a megabyte", [`tributary_id=${"x".repeat(1_000_000)}`]],
    ["a thousand others before it", [...Array.from({ length: 1_000 }, () => "a=b"), kept()]],
  ])("is given a new one instead of %s, which names nobody", async (_what, cookies) => {
    const answer = await from("first", cookies);
    expect(answer.cookies[0]).toContain(setCookie());
    expect(answer.events[0]?.context.device).toEqual({ type: "desktop" });
    expect((await from("first", cookies, { type: "track", event: "Seen" })).badEvents).toMatchObject([
      { code: "event.no_identity" },
    ]);
  });

  it("is known by the first of two of one name", async () => {
    const { events } = await from("first", [kept(), kept("tributary_id", NOW, FRESH)]);
    expect(events[0]?.context.device).toMatchObject({ id: ID });
  });

  it("is nobody to a source that asks for none, and to a server's", async () => {
    for (const key of ["site", "backend"]) {
      const { events } = await from(key, [kept()]);
      expect(events[0]?.identifiers).toEqual([{ type: "anonymous_id", value: "a1" }]);
    }
  });

  it("is kept with a bad event, so that it is the same one when that is let in", async () => {
    const { badEvents } = await from("first", [kept()], { type: "track" });
    expect(badEvents).toMatchObject([{ around: { browserId: ID } }]);
  });
});

describe("consent", () => {
  it("that denies everything keeps an event apart from its browser, and the cookie from being set", async () => {
    const fresh = await from("first", [], denied());
    expect([fresh.events.length, fresh.cookies]).toEqual([1, []]);
    const known = await from("first", [kept()], { batch: [denied(), granted(), { type: "track" }] });
    expect(known.events.map(({ context }) => (context.device as { id?: string }).id)).toEqual([undefined, ID]);
    expect(known.cookies).toEqual([]);
    const nobody = await from("first", [kept()], denied({ anonymousId: undefined }));
    expect(nobody.badEvents).toMatchObject([{ code: "event.no_identity" }]);
    expect(nobody.badEvents[0]?.around?.browserId).toBeUndefined();
  });

  it("that is taken back takes the cookie back", async () => {
    const { cookies } = await from("first", [kept()], { batch: [granted(), denied()] });
    expect(cookies).toEqual(["tributary_id=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax"]);
  });

  it("is not asked of the browser's own opt-out, which counts", async () => {
    const { cookies, events } = await from("first", [kept()], granted(), { headers: { "sec-gpc": "1" } });
    expect([cookies, events[0]?.context.device]).toEqual([[], { type: "desktop" }]);
  });
});

describe("a picture", () => {
  const pixel = (headers: Readonly<Record<string, string>>, cookies: readonly string[]) =>
    from("first", cookies, undefined, { method: "GET", path: "/pixel/v1/page?anonymousId=a1&name=Home", headers });

  it("asked for by a page of the same site is like any event", async () => {
    expect((await pixel({ "sec-fetch-site": "same-site" }, [])).cookies).toHaveLength(1);
    const { events } = await pixel({ "sec-fetch-site": "same-origin" }, [kept()]);
    expect(events[0]?.context.device).toMatchObject({ id: ID });
  });

  it.each([{}, { "sec-fetch-site": "cross-site" }, { "sec-fetch-site": "none" }])(
    "in a mail, which may be handed on, ties nobody to anybody: %o",
    async (headers) => {
      const { events, cookies } = await pixel(headers, [kept()]);
      expect([events.length, events[0]?.context.device, cookies]).toEqual([1, { type: "desktop" }, []]);
      expect((await pixel(headers, [])).cookies).toEqual([]);
    },
  );
});
