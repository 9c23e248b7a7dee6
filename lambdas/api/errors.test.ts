import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { MAX_BODY_BYTES } from "#contracts/http/route.ts";
import { ROUTES } from "#contracts/http/routes.ts";
import type { Json, JsonObject } from "#core/kernel/json.ts";
import { Fault } from "#lambdas/middleware/fault.ts";
import { apiWorld, duckDbLake } from "#test/support/api-world.ts";
import { apiHandler } from "./handler.ts";

const lake = await duckDbLake();
afterAll(() => lake.close());

describe("what cannot be served", () => {
  const said = async (method: string, path: string, body?: Json) => {
    const answer = await (await apiWorld(lake)).ask(method, path, body);
    return [answer.status, answer.body.code, answer.headers.allow];
  };

  it("is an unknown path", async () => {
    for (const path of ["/api", "/api/", "/api/nothing", "/api/segments/a/b/c", "/", "", "/api/profiles/\n"]) {
      expect(await said("GET", path), path).toEqual([404, "route.unknown", undefined]);
    }
  });

  it("is another method than the path takes, which are named", async () => {
    expect(await said("DELETE", "/api/segments")).toEqual([405, "route.method", "GET, POST"]);
    expect(await said("PATCH", "/api/segments/a")).toEqual([405, "route.method", "GET, PUT, DELETE"]);
    expect(await said("GET", "/api/segments/preview/")).toEqual([405, "route.method", "POST"]);
    expect(await said("POST", "/api/profiles/email:x@y.org")).toEqual([405, "route.method", "GET"]);
    expect(await said("OPTIONS", "/api/queries")).toEqual([405, "route.method", "POST"]);
    expect(await said("PURGE", "/api/queries")).toEqual([405, "route.method", "POST"]);
  });

  it("is a body that is none, no JSON, too large, too deep or of another form", async () => {
    expect(await said("POST", "/api/queries")).toEqual([400, "body.missing", undefined]);
    expect(await said("POST", "/api/queries", "{sql:")).toEqual([400, "body.not_json", undefined]);
    expect(await said("POST", "/api/queries", { sql: 1 })).toEqual([400, "body.invalid", undefined]);
    expect(await said("POST", "/api/queries", `"${"a".repeat(MAX_BODY_BYTES)}"`)).toEqual([
      413,
      "body.too_large",
      undefined,
    ]);
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    expect(await said("POST", "/api/segments", deep)).toEqual([400, "body.too_deep", undefined]);
    const nested = `${'{"not":'.repeat(60)}1${"}".repeat(60)}`;
    expect(await said("POST", "/api/segments/preview", `{"condition":${nested}}`)).toEqual([
      400,
      "segment.too_deep",
      undefined,
    ]);
  });

  it("is a query that makes no sense, with its reason", async () => {
    const world = await apiWorld(lake);
    const { body } = await world.ask("GET", "/api/messages?limit=0");
    expect(body).toMatchObject({ code: "query.invalid", message: expect.stringMatching(/^limit: /) });
    expect((await world.ask("GET", "/api/profiles")).body.code).toBe("query.invalid");
    expect((await world.ask("GET", "/api/bad-events?since=soon")).body.code).toBe("query.invalid");
  });

  it("carries the request's id", async () => {
    expect((await (await apiWorld(lake)).ask("GET", "/api/nothing")).body.requestId).toBe("r-1");
  });
});

describe("what breaks", () => {
  const broken = async (): Promise<never> => {
    throw new Error("secret address ana@example.org");
  };

  it("behind a port is 503, to be asked again, told to the operator and not to the asker", async () => {
    const world = await apiWorld(lake, { store: { read: broken, write: broken } });
    const answer = await world.ask("GET", "/api/profiles/email:ana@example.org");
    expect([answer.status, answer.body.code, answer.headers["retry-after"]]).toEqual([503, "service.unavailable", "5"]);
    expect(JSON.stringify(answer.body)).not.toContain("secret");
    expect(world.log).toEqual([["trouble", expect.any(Fault), "r-1"]]);
  });

  it("of every port is 503 and nothing else", async () => {
    const asked: readonly (readonly [string, string, JsonObject?])[] = [
      ["GET", "/api/segments"],
      ["GET", "/api/campaigns"],
      ["GET", "/api/messages"],
      ["GET", "/api/bad-events"],
      ["GET", "/api/imports"],
      ["POST", "/api/queries", { sql: "SELECT 1" }],
      ["POST", "/api/links", { a: { type: "user_id", value: "1" }, b: { type: "user_id", value: "2" } }],
      ["POST", "/api/segments/preview", { condition: { trait: "x", exists: true } }],
    ];
    const definitions = { get: broken, list: broken, put: broken, delete: broken };
    const world = await apiWorld(lake, {
      assertions: { append: broken },
      segments: definitions,
      campaigns: definitions,
      lake: { query: broken },
      analyst: { query: broken, next: broken },
      imports: { list: broken, start: broken },
    });
    for (const [method, path, body] of asked) {
      expect((await world.ask(method, path, body)).body.code, path).toBe("service.unavailable");
    }
  });

  it("off because time runs out is said before the function is ended", async () => {
    const { ports } = await apiWorld(lake, { lake: { query: () => new Promise(() => {}) } });
    const http = { method: "GET", path: "/api/messages" };
    const event = { rawPath: http.path, headers: {}, requestContext: { requestId: "r", http } };
    const answer = await apiHandler(ports)(event as never, { getRemainingTimeInMillis: () => 520 } as never);
    expect([answer.statusCode, JSON.parse(answer.body ?? "").code]).toEqual([503, "service.unavailable"]);
  });

  it("by our own mistake is 500, and says no more", async () => {
    const world = await apiWorld(lake, {
      segmentSql: () => {
        throw new TypeError("secret of ours");
      },
    });
    const answer = await world.ask("POST", "/api/segments/preview", { condition: { trait: "x", exists: true } });
    expect([answer.status, answer.body.code]).toEqual([500, "service.error"]);
    expect(JSON.stringify(answer.body)).not.toContain("secret");
    expect(world.log).toEqual([["trouble", expect.any(TypeError), "r-1"]]);
  });

  it("as a statement of ours that the lake refuses is our mistake too", async () => {
    const world = await apiWorld(lake, { segmentSql: () => "SELEC" });
    const answer = await world.ask("POST", "/api/segments/preview", { condition: { trait: "x", exists: true } });
    expect(answer.status).toBe(500);
  });
});

describe("whatever is asked", () => {
  const method = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom("GET", "POST", "PUT", "DELETE") },
    { weight: 1, arbitrary: fc.oneof(fc.constantFrom("HEAD", "PATCH", "__proto__"), fc.string()) },
  );
  const nasty = fc.constantFrom(
    "'",
    "';--",
    "%",
    "%zz",
    "\0",
    "..",
    "/",
    "__proto__",
    "id:p_0",
    "email:",
    ":",
    "?",
    "\u{1F600}",
  );
  const text = fc.oneof(
    nasty,
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.constantFrom("a", "email:ana@example.org"),
  );
  const path = fc
    .tuple(fc.constantFrom(...Object.values(ROUTES).map((route) => route.path)), text, fc.boolean())
    .map(([pattern, part, encode]) =>
      pattern.replace(/\{\w+\}/, () => (encode ? encodeURIComponent(part.toWellFormed()) : part)),
    );
  const names = ["limit", "cursor", "query", "since", "code", "source", "event", "now", "status", "campaign"];
  const query = fc.dictionary(fc.constantFrom(...names), fc.oneof(text, fc.constantFrom("1", "WyJhIl0", "2026-01-01")));
  const condition = fc.oneof(fc.jsonValue(), fc.constant({ trait: "x", eq: "'\0\\" }), fc.constant({ segment: "a" }));
  const sent = fc.oneof(
    fc.jsonValue(),
    fc.record({ id: text, name: text, condition, version: fc.integer() }, { requiredKeys: [] }),
    fc.record({ a: fc.record({ type: text, value: text }), b: fc.record({ type: text, value: text }) }),
    fc
      .record({ type: fc.constantFrom("email", "user_id", "x"), value: text })
      .map((a) => ({ a, b: { type: "z", value: 7 } })),
  );
  const body = fc.option(fc.oneof(text, sent as fc.Arbitrary<Json>), { nil: undefined });
  const anything = fc.tuple(method, path, body);
  // What fits, with something odd in one place: so that more than the door is tried.
  const fitting = text.chain((odd) => {
    const named = encodeURIComponent(odd.toWellFormed());
    const condition = {
      any: [
        { trait: "city", eq: odd },
        { event: "x", where: [{ property: "a.b", contains: odd }] },
      ],
    };
    return fc.constantFrom<[string, string, Json | undefined]>(
      ["GET", `/api/profiles/user_id:${named}`, undefined],
      ["GET", `/api/profiles/${named}/explain`, undefined],
      ["GET", "/api/profiles/user_id:a/events", undefined],
      ["POST", "/api/links", { a: { type: "user_id", value: odd }, b: { type: "loyalty", value: 7 }, reason: "r" }],
      ["DELETE", `/api/links/${named}`, undefined],
      ["POST", "/api/segments", { name: odd, condition }],
      ["POST", "/api/segments/preview", { condition }],
      ["GET", "/api/segments/a/members", undefined],
      ["POST", "/api/campaigns/c/runs", { runId: odd }],
      ["POST", "/api/campaigns/c/runs", { runId: "r" }],
      ["GET", `/api/campaigns/${named}/results`, undefined],
      ["POST", "/api/queries", { sql: odd }],
      ["POST", "/api/imports", { mapping: "cdnow", file: odd }],
    );
  });
  const request = fc.oneof(anything, fitting);

  it("is answered, by the contract, and never with a failure of ours", async () => {
    const world = await apiWorld(lake);
    await world.take([{ type: "identify", userId: "a", traits: { email: "ana@example.org" } }]);
    await world.ask("POST", "/api/segments", { id: "a", name: "a", condition: { trait: "x", exists: true } });
    const treatments = [{ name: "one", template: { text: "Hello" } }];
    const campaign = { id: "c", name: "c", segmentId: "a", channel: "sms", purpose: "marketing", treatments };
    expect((await world.ask("POST", "/api/campaigns", campaign)).status).toBe(201);
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(request, query, async ([asked, at, content], parameters) => {
        const search = new URLSearchParams(
          Object.entries(parameters).map(([name, value]) => [name, value.toWellFormed()] as [string, string]),
        ).toString();
        const answer = await world.ask(asked, `${at}?${search}`, content);
        expect(world.log.filter(([kind]) => kind === "trouble")).toEqual([]);
        expect(answer.status).toBeLessThan(500);
        statuses.add(answer.status);
      }),
      { numRuns: 1_000 },
    );
    expect([...statuses], "it went through doors, not only against walls").toEqual(
      expect.arrayContaining([200, 201, 202, 400, 404, 405]),
    );
  });

  it("is answered even where the event itself is not what a gateway makes", async () => {
    const { ports } = await apiWorld(lake);
    const http = { method: "GET", path: "" };
    const event = { rawPath: "", headers: {}, requestContext: { requestId: "r", http } };
    const answer = await apiHandler(ports)(event as never);
    expect(answer.statusCode).toBe(404);
  });
});
