import { describe, expect, it } from "vitest";
import { basic, collectWorld, type Request, sent } from "#test/support/collect-world.ts";

const track = (more: object = {}): object => ({ type: "track", event: "Seen", userId: "u1", messageId: "m1", ...more });
const HOME = "https://www.shop.example";
const ELSEWHERE = "https://evil.example";

/** What a page of an origin sends to a source. */
const from = (origin: string, key: string, more: Request = {}): Request => ({
  headers: { origin, authorization: basic(`${key}:`), "content-type": "text/plain" },
  body: { batch: [track(), track({ messageId: "m2" })] },
  ...more,
});

const allowed = ({ headers }: { readonly headers: Readonly<Record<string, unknown>> }): readonly unknown[] => [
  headers["access-control-allow-origin"],
  headers["access-control-allow-credentials"],
  headers.vary,
];

describe("a source that names its origins", () => {
  it.each([HOME, "https://shop.example"])(
    "takes what pages of %s send, and lets them read the answer",
    async (origin) => {
      const answer = await sent(from(origin, "named-key"));
      expect([answer.status, answer.body, answer.events.length]).toEqual([200, { success: true }, 2]);
      expect(allowed(answer)).toEqual([origin, "true", "Origin"]);
      expect(answer.headers["access-control-expose-headers"]).toBe("Retry-After");
    },
  );
  it("takes what comes from no page at all", async () => {
    const answer = await sent({ headers: { authorization: basic("named-key:") }, body: track() });
    expect([answer.status, answer.events.length]).toEqual([200, 1]);
    expect(allowed(answer)).toEqual([undefined, undefined, "Origin"]);
  });
  it.each([ELSEWHERE, "null", "http://www.shop.example", "https://www.shop.example:8443"])(
    "refuses what pages of %s send, keeps each event, and lets nobody there read why",
    async (origin) => {
      const answer = await sent(from(origin, "named-key"));
      expect([answer.status, answer.body.code, answer.events]).toEqual([403, "origin.not_allowed", []]);
      expect(answer.body.message).toContain("allowedOrigins");
      expect(answer.badEvents.map(({ code, source, payload }) => [code, source, JSON.parse(payload)])).toEqual([
        ["origin.not_allowed", "named", track()],
        ["origin.not_allowed", "named", track({ messageId: "m2" })],
      ]);
      expect(allowed(answer)).toEqual([undefined, undefined, "Origin"]);
      expect(answer.headers["access-control-expose-headers"]).toBe("Retry-After");
    },
  );
  it("that names none lets no page in, and servers still", async () => {
    expect((await sent(from(HOME, "locked-key"))).status).toBe(403);
    expect((await sent({ headers: { authorization: basic("locked-key:") }, body: track() })).status).toBe(200);
  });
  it("keeps a body that cannot be read under the origin's code, as it stood", async () => {
    const { status, body, badEvents } = await sent(from(ELSEWHERE, "named-key", { body: '{"batch":[' }));
    expect([status, body.code]).toEqual([403, "origin.not_allowed"]);
    expect(badEvents).toMatchObject([{ code: "origin.not_allowed", payload: '{"batch":[' }]);
  });
  it("lets its pages read that we are in trouble, and how long to wait", async () => {
    const answer = await sent(from(HOME, "named-key"), { broken: { intake: new Error("no disk") } });
    expect([answer.status, answer.headers["retry-after"]]).toEqual([503, "5"]);
    expect(allowed(answer)).toEqual([HOME, "true", "Origin"]);
  });
  it.each(["/v1/projects/named-key/settings", "/sourceConfig?writeKey=named-key"])(
    "tells its settings to its own pages (%s)",
    async (path) => {
      const ask = (origin: string) => sent({ method: "GET", path, headers: { origin } });
      const [own, other] = [await ask(HOME), await ask(ELSEWHERE)];
      expect([own.status, allowed(own)]).toEqual([200, [HOME, "true", "Origin"]]);
      expect([other.status, other.body.code, allowed(other)]).toEqual([
        403,
        "origin.not_allowed",
        [undefined, undefined, "Origin"],
      ]);
    },
  );
  it("answers every pixel with the picture, and asks nothing of the page around it", async () => {
    const path = "/pixel/track?writeKey=named-key&event=Seen&userId=u1";
    const referred = await sent({ method: "GET", path, headers: { referer: `${ELSEWHERE}/mail` } });
    expect([referred.status, referred.events.length]).toEqual([200, 1]);
    const scripted = await sent({ method: "GET", path, headers: { origin: ELSEWHERE } });
    expect([scripted.status, scripted.badEvents.map(({ code }) => code)]).toEqual([200, ["origin.not_allowed"]]);
  });
  it("is held to where other sources of the same request are not", async () => {
    const batch = [track({ writeKey: "named-key" }), track({ messageId: "m2", writeKey: "shop-key" })];
    const answer = await sent({ headers: { origin: ELSEWHERE }, body: { batch } });
    expect([answer.status, answer.events.map(({ source }) => source)]).toEqual([200, ["shop"]]);
    expect(answer.body.refused).toEqual([{ position: 0, code: "origin.not_allowed" }]);
    expect(allowed(answer)).toEqual(["*", undefined, "Origin"]);
  });
});

describe("a source that names no origins", () => {
  it.each([HOME, ELSEWHERE, "null"])("takes what pages of %s send, without credentials", async (origin) => {
    const answer = await sent(from(origin, "site-key"));
    expect([answer.status, answer.events.length, ...allowed(answer)]).toEqual([200, 2, "*", undefined, undefined]);
  });
});

describe("a preflight", () => {
  const ask = (path: string, origin: string) =>
    sent({ method: "OPTIONS", path, headers: { origin, "access-control-request-headers": "content-type" } });

  it.each([HOME, ELSEWHERE, "null"])("lets any origin (%s) go on where it does not say whose it is", async (origin) => {
    const answer = await ask("/v1/batch", origin);
    expect([answer.status, ...allowed(answer).slice(0, 2)]).toEqual([204, origin, "true"]);
    expect(String(answer.headers.vary)).toContain("Origin");
    expect(answer.log).toEqual([]);
  });
  it.each(["/v1/batch?writeKey=named-key", "/v1/t?writekey=named-key", "/v1/projects/named-key/settings"])(
    "follows the source where the address names it (%s)",
    async (path) => {
      expect(allowed(await ask(path, HOME)).slice(0, 2)).toEqual([HOME, "true"]);
      expect(allowed(await ask(path, ELSEWHERE)).slice(0, 2)).toEqual([undefined, undefined]);
    },
  );
  it("gives no credentials to a source that names no origins, nor to what is not collected here", async () => {
    expect(allowed(await ask("/v1/batch?writeKey=site-key", HOME)).slice(0, 2)).toEqual(["*", undefined]);
    expect(allowed(await ask("/api/segments", HOME)).slice(0, 2)).toEqual(["*", undefined]);
  });
  it("echoes nothing that is no origin", async () => {
    for (const origin of ["https://a.example\r\nset-cookie: x=1", "https://a.example, https://b.example", "*"]) {
      expect(allowed(await ask("/v1/batch", origin)).slice(0, 2)).toEqual(["*", undefined]);
    }
  });
  it("is answered while sources are out of reach: the request itself will be told", async () => {
    const world = collectWorld({ broken: { sources: new Error("no table") } });
    const answer = await world.ask({
      method: "OPTIONS",
      path: "/v1/batch?writeKey=named-key",
      headers: { origin: HOME },
    });
    expect([answer.status, allowed(answer)[0]]).toEqual([204, HOME]);
    expect(world.log.at(-1)).toEqual(["onFault", new Error("no table")]);
  });
});

describe("a source that names the types it may send", () => {
  it("has the others kept as bad events, and their neighbours taken in", async () => {
    const batch = [track(), { type: "identify", userId: "u1", messageId: "m2" }];
    const answer = await sent({ headers: { authorization: basic("tracks-key:") }, body: { batch } });
    expect([answer.status, answer.events.length]).toEqual([200, 1]);
    expect(answer.body.refused).toEqual([{ position: 1, code: "event.type_not_allowed" }]);
    expect(answer.badEvents.map(({ payload }) => JSON.parse(payload))).toEqual([batch[1]]);
  });
});
