import { describe, expect, it } from "vitest";
import { collectWorld } from "#test/support/collect-world.ts";
import { CAPTURED } from "./captured-requests.ts";
import { fuzz } from "./fuzzing.ts";

/** As many as a run of all tests has time for; `npm run fuzz` asks fifty thousand. */
const REQUESTS = Number(process.env.TRIBUTARY_FUZZ ?? 4_000);
const TIMEOUT_MS = 300_000 + REQUESTS * 20;

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
    `answers ${REQUESTS} made-up requests, each as one of its own, and loses no neighbour`,
    async () => {
      const seed = Date.now() % 1_000_000_000;
      const { asked, found } = await fuzz({ requests: REQUESTS, seed });
      expect(found, `npm run fuzz -- --seed ${seed}`).toBeUndefined();
      expect(asked).toBe(REQUESTS);
    },
    TIMEOUT_MS,
  );
});
