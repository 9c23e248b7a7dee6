import { describe, expect, it } from "vitest";
import type { Rates } from "#core/events/ports.ts";
import type { RateLimit } from "#core/events/source.ts";

export interface OpenedRates {
  readonly rates: Rates;
  readonly close: () => Promise<void>;
}

const limit: RateLimit = { eventsPerSecond: 10, burst: 20 };

/** What `Rates` promises. `open` gives a place where nobody sent anything yet, with a clock in ms of the caller's. */
export function ratesContract(name: string, open: (now: () => number) => Promise<OpenedRates>): void {
  interface World {
    readonly rates: Rates;
    readonly pass: (ms: number) => void;
  }
  const inPlace = (promise: string, check: (world: World) => Promise<void>): void => {
    it(promise, async () => {
      let now = Date.parse("2026-11-02T10:00:00.000Z");
      const pass = (ms: number): void => {
        now += ms;
      };
      const { rates, close } = await open(() => now);
      try {
        await check({ rates, pass });
      } finally {
        await close();
      }
    });
  };

  describe(`Rates on ${name}`, () => {
    inPlace("let a source have its burst at once, and then as much as its rate", async ({ rates, pass }) => {
      expect(await rates.take("shop", limit, 15)).toBe(0);
      expect(await rates.take("shop", limit, 5)).toBe(0);
      expect(await rates.take("shop", limit, 5)).toBe(1);
      pass(1_000);
      expect(await rates.take("shop", limit, 5)).toBe(0);
      expect(await rates.take("shop", limit, 5)).toBe(0);
      expect(await rates.take("shop", limit, 5)).toBeGreaterThan(0);
    });
    inPlace("say how many seconds are enough, and count nothing of what they refuse", async ({ rates, pass }) => {
      expect(await rates.take("shop", limit, 20)).toBe(0);
      for (let asked = 0; asked < 10; asked++) expect(await rates.take("shop", limit, 15)).toBe(2);
      pass(2_000);
      expect(await rates.take("shop", limit, 15)).toBe(0);
    });
    inPlace("take a batch larger than the burst when nothing was sent before, as a debt", async ({ rates, pass }) => {
      expect(await rates.take("shop", limit, 50)).toBe(0);
      expect(await rates.take("shop", limit, 50)).toBe(5);
      pass(5_000);
      expect(await rates.take("shop", limit, 50)).toBe(0);
    });
    inPlace("have room again for what was put back", async ({ rates }) => {
      expect(await rates.take("shop", limit, 20)).toBe(0);
      rates.putBack("shop", limit, 20);
      expect(await rates.take("shop", limit, 20)).toBe(0);
      expect(await rates.take("shop", limit, 20)).toBeGreaterThan(0);
    });
    inPlace("keep one source's limit from another's", async ({ rates }) => {
      expect(await rates.take("shop", limit, 20)).toBe(0);
      expect(await rates.take("site", limit, 20)).toBe(0);
      expect(await rates.take("shop", limit, 20)).toBe(2);
    });
    inPlace("follow a limit that is changed", async ({ rates }) => {
      expect(await rates.take("shop", { eventsPerSecond: 0.01, burst: 1 }, 1)).toBe(0);
      expect(await rates.take("shop", { eventsPerSecond: 0.01, burst: 1 }, 1)).toBe(100);
      expect(await rates.take("shop", limit, 20)).toBe(0);
      expect(await rates.take("shop", limit, 20)).toBe(2);
    });
    inPlace("let nothing in at any time", async ({ rates }) => {
      expect(await rates.take("shop", limit, 50)).toBe(0);
      expect(await rates.take("shop", limit, 0)).toBe(0);
    });
  });
}
