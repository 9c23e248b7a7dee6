import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { badEventJsonSchema } from "#contracts/http/bad-event-item.ts";
import { BAD_EVENT_SCHEMA_VERSION, badEventRow } from "#core/events/lake-rows.ts";
import { badEventItem, badEventOf } from "#lambdas/api/bad-event-rows.ts";
import { basic, collectWorld } from "#test/support/collect-world.ts";

const PUBLISHED = fileURLToPath(
  new URL(`../../docs/schemas/bad-event-${BAD_EVENT_SCHEMA_VERSION}.json`, import.meta.url),
);
const published = JSON.parse(readFileSync(PUBLISHED, "utf8")) as object;

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const obeys = new Ajv2020({ strict: true, formats: { "date-time": RFC_3339 } }).compile(published);

describe("the published form of a bad event", () => {
  it("is the one that is served (npm run local -- bad-events schema > docs/schemas/bad-event-2.json)", () => {
    expect(published).toEqual(badEventJsonSchema());
  });
  it("refuses what is none", () => {
    expect([obeys({}), obeys({ id: "x" }), obeys(null)]).toEqual([false, false, false]);
  });
});

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.constantFrom("\ud800", "\0", "__proto__", "\ufeff{}"),
);
const deep = (levels: number): unknown => JSON.parse(`${'[{"a":'.repeat(levels)}0${"}]".repeat(levels)}`);
const value = fc.oneof(
  { weight: 6, arbitrary: fc.jsonValue({ stringUnit: "binary", maxDepth: 4 }) },
  { weight: 1, arbitrary: fc.constantFrom(deep(40), deep(2_000), "x".repeat(40_000), Array(3_000).fill(0)) },
);
const FIELDS =
  "type event userId anonymousId messageId properties traits context groupId writeKey timestamp sentAt __proto__ x";
const field = fc.constantFrom(...FIELDS.split(" "));
const likeAnEvent = fc
  .array(fc.tuple(field, fc.oneof(value, fc.constantFrom("track", "identify", "u1", {}, null))), { maxLength: 8 })
  .map((members) => Object.fromEntries(members));
const batch = fc.record(
  { batch: fc.array(fc.oneof(likeAnEvent, value), { maxLength: 6 }), sentAt: value, context: value },
  { requiredKeys: ["batch"] },
);
const body = fc.oneof(
  batch,
  likeAnEvent,
  value.map((any) => JSON.stringify(any)),
  text,
  fc.uint8Array({ maxLength: 200 }).map((bytes) => new Uint8Array([0x1f, 0x8b, ...bytes])),
  batch.map((any) => gzipSync(JSON.stringify(any))),
  fc.constantFrom("\u0001".repeat(400_000), "é".repeat(200_000), { batch: Array(2_501).fill({}) }, "x".repeat(600_000)),
);
const headers = fc.record(
  {
    authorization: fc.constantFrom(basic("shop-key:"), basic("site-key:")),
    "user-agent": fc.oneof(text, fc.constant("Mozilla/5.0 (X11)")),
    "accept-language": text,
    referer: fc.oneof(text, fc.constant("https://shop.example/cart?x=1")),
    anonymousid: fc.oneof(text, fc.base64String()),
    sentat: text,
    origin: fc.constantFrom("https://shop.example", "null"),
    "content-encoding": fc.constantFrom("gzip", "br"),
  },
  { requiredKeys: ["authorization"] },
);
const path = fc.constantFrom(
  "/v1/batch",
  "/v1/track",
  "/v1/identify",
  "/api/s/track",
  "/b",
  "/pixel/track?data=e30&x.y=1",
);

describe("whatever is sent", () => {
  it("every bad event obeys the published form, in one lake record, and comes out of the lake as it went in", async () => {
    let seen = 0;
    await fc.assert(
      fc.asyncProperty(path, body, headers, async (to, sent, said) => {
        const world = collectWorld();
        const method = to.startsWith("/pixel") ? "GET" : "POST";
        const { status } = await world.ask({ method, path: to, body: sent, headers: said });
        expect(status).toBeLessThan(500);
        for (const bad of world.taken().badEvents) {
          const line = JSON.stringify(badEventRow(bad));
          // Firehose takes no larger record.
          expect(Buffer.byteLength(line)).toBeLessThan(1_000 * 1024);
          expect(line.isWellFormed()).toBe(true);
          const row = JSON.parse(line);
          expect(obeys(badEventItem(row)), JSON.stringify(obeys.errors)).toBe(true);
          expect(badEventOf(row)).toEqual(JSON.parse(JSON.stringify(bad)));
          seen++;
        }
      }),
      { numRuns: 300 },
    );
    expect(seen).toBeGreaterThan(100);
  });
});
