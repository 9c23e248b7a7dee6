import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { basic, type Request, sent } from "#test/support/collect-world.ts";

const track = (more: object = {}): object => ({ type: "track", event: "Seen", userId: "u1", messageId: "m1", ...more });
const KEY = { authorization: basic("shop-key:") };

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
