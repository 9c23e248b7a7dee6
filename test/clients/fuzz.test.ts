import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { basic, type CollectWorld, collectWorld, type Request } from "#test/support/collect-world.ts";
import { CAPTURED } from "./captured-requests.ts";
import { MUTATIONS, withOther } from "./mutations.ts";

/** How many requests are made up; `TRIBUTARY_FUZZ=50000` for the long run. */
const REQUESTS = Number(process.env.TRIBUTARY_FUZZ ?? 3_000);
const TIMEOUT_MS = 60_000 + REQUESTS * 20;
const ANSWERS: ReadonlySet<number> = new Set([200, 204, 400, 401, 403, 404, 405, 413]);

const odd = fc.oneof(
  fc.constantFrom<unknown>(null, "", 0, -1, 1e308, true, [], {}, "\u0000", "\ud800", "__proto__", "é🛒"),
  fc.constantFrom<unknown>("x".repeat(40_000), basic("shop-key:"), "Bearer shop-key", "shop-key:x", [[[[{}]]]]),
  fc.jsonValue({ stringUnit: "binary" }),
);
const mutation = fc.tuple(fc.constantFrom(...Object.keys(MUTATIONS)), fc.nat(1_000_000), odd);
const request = fc
  .tuple(fc.constantFrom(...CAPTURED), fc.array(mutation, { minLength: 1, maxLength: 4 }))
  .map(([{ request: captured }, mutations]) =>
    mutations.reduce<Request>((so, [name, where, value]) => MUTATIONS[name]?.(so, where, value) ?? so, captured),
  );

const faultsOf = (world: CollectWorld): readonly unknown[] =>
  world.log.filter(([port]) => port === "onFault").map(([, error]) => error);

describe("the collector, asked anything", () => {
  it("takes in the requests that the others are made from", async () => {
    for (const { client, request: captured } of CAPTURED) {
      const world = collectWorld();
      expect([client, (await world.ask(captured)).status]).toEqual([client, 200]);
      const { events, badEvents } = world.taken();
      expect([client, events.length > 0, badEvents]).toEqual([client, !client.endsWith("settings"), []]);
    }
  });

  it(
    `answers ${REQUESTS} made-up requests, each as one of its own`,
    async () => {
      let world = collectWorld();
      await fc.assert(
        fc.asyncProperty(request, async (made) => {
          world = collectWorld();
          const { status, body, headers } = await world.ask(made);
          expect(faultsOf(world)).toEqual([]);
          expect(ANSWERS).toContain(status);
          if (status >= 400) expect(body).toMatchObject({ code: expect.any(String), message: expect.any(String) });
          for (const value of Object.values(headers)) expect(String(value)).toMatch(/^[\t\x20-\x7e]*$/);
          for (const bad of world.taken().badEvents) expect(bad.problems.length).toBeGreaterThan(0);
        }),
        { numRuns: REQUESTS },
      );
    },
    TIMEOUT_MS,
  );

  const runs = Math.ceil(REQUESTS / 4);
  it(
    `loses no neighbour of anything in ${runs} batches, and keeps everything else`,
    async () => {
      const sound = { type: "track", event: "Seen", userId: "u1", context: { page: {} }, traits: {}, properties: {} };
      const anything = fc.oneof(
        fc.json({ stringUnit: "binary" }).map((text) => JSON.parse(text) as unknown),
        fc.tuple(fc.nat(1_000), odd).map(([where, value]) => withOther(sound, where, value)),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(anything, { maxLength: 6 }), fc.nat(6), async (others, at) => {
          const world = collectWorld();
          const good = { type: "track", event: "Good", userId: "u1", messageId: "good" };
          const batch = others.toSpliced(Math.min(at, others.length), 0, good);
          const { status, body } = await world.ask({ body: { batch } });
          expect([status, faultsOf(world)]).toEqual([200, []]);
          const { events, badEvents } = world.taken();
          expect(events.filter(({ messageId }) => messageId === "good")).toMatchObject([{ name: "Good" }]);
          expect(events.length + badEvents.length).toBe(batch.length);
          expect(body.refused ?? []).toEqual(badEvents.map(({ position, code }) => ({ position, code })));
          for (const { position, payload } of badEvents) expect(payload).toBe(JSON.stringify(batch[position]));
        }),
        { numRuns: runs },
      );
    },
    TIMEOUT_MS,
  );
});
