import { Analytics } from "@segment/analytics-node";
import { describe, expect, it } from "vitest";
import { eventually } from "#test/support/eventually.ts";
import { type FaultyProxy, startFaultyProxy } from "#test/support/faulty-proxy.ts";
import { noBrowser, startChromium } from "#test/support/headless-chromium.ts";
import { tributaryOfThisFile } from "#test/support/tributary-of-this-file.ts";
import { type Page, segmentBatchingPage, segmentPage } from "./pages.ts";
import { CLOCKS_DIFFER_MS } from "./play.ts";
import { startShopServer } from "./shop-server.ts";

const EVENTS = 20;
/** Less than what is sent at once, however slowly, and full again within a test's time. */
const RATE_LIMIT = { eventsPerSecond: 2, burst: 10 };
const PATIENCE_MS = 90_000;
const timeout = 180_000;

const tributary = tributaryOfThisFile();
/** Sends too much at once through a proxy that plays nothing, from a source of its own. */
async function flood(
  kind: "server" | "browser",
  send: (to: { readonly url: string; readonly writeKey: string }, stored: () => Promise<void>) => Promise<void>,
): Promise<FaultyProxy["deliveries"]> {
  const { status, body } = await tributary.api("/api/sources", {
    name: `Flooding ${kind}`,
    kind,
    rateLimit: RATE_LIMIT,
  });
  expect([status, body.code]).toEqual([201, undefined]);
  const proxy = await startFaultyProxy(tributary.url, []);
  const stored = async (): Promise<void> => {
    await eventually(async () => {
      const ids = new Set(proxy.deliveries.filter(({ status }) => status === 200).flatMap((one) => one.messageIds));
      expect(ids.size).toBe(EVENTS);
    }, PATIENCE_MS);
  };
  try {
    await send({ url: proxy.url, writeKey: body.writeKey }, stored);
    await stored();
    const counted = `SELECT count(*), count(DISTINCT event) FROM events WHERE source = '${body.id}'`;
    await eventually(async () => expect(await tributary.rows(counted)).toEqual([[EVENTS, EVENTS]]));
    return proxy.deliveries;
  } finally {
    await proxy.close();
  }
}

/**
 * How long a batch stayed away after it was turned away for the first time, in ms: the longest. Of several on their way
 * at once a client waits once for all, from the refusal that it heard first, and who heard what first no proxy can tell.
 * That it waits as long as it is told, and not by its own clock, is what `clients.test.ts` looks at.
 */
function longestAbsence(deliveries: FaultyProxy["deliveries"]): number {
  const absences = deliveries.flatMap((refused, at) => {
    const carries = (other: (typeof deliveries)[number]): boolean =>
      other.messageIds.some((id) => refused.messageIds.includes(id));
    const again = deliveries.slice(at + 1).find(carries);
    const isFirst = !deliveries.slice(0, at).some(carries);
    return refused.status === 429 && isFirst && again !== undefined ? [again.arrivedAt - (refused.endedAt ?? 0)] : [];
  });
  return Math.max(...absences);
}

/** What went to and fro, for whoever finds that it was not as it should be. */
const told = (deliveries: FaultyProxy["deliveries"]): string =>
  deliveries
    .map(({ arrivedAt, endedAt = 0, status, messageIds }) =>
      [arrivedAt.toFixed(0), endedAt.toFixed(0), status, messageIds.map((id) => id.slice(-6))].join(" "),
    )
    .join("\n");

const nth = (at: number): string => `Event ${at}`;

describe("a source that sends more than it may", () => {
  it("is made to wait by Tributary's own 429, and loses nothing: @segment/analytics-node", { timeout }, async () => {
    const deliveries = await flood("server", async ({ url: host, writeKey }) => {
      const client = new Analytics({ writeKey, host, flushAt: 5 });
      for (let at = 0; at < EVENTS; at++) client.track({ userId: "u1", event: nth(at) });
      await client.closeAndFlush({ timeout: PATIENCE_MS });
    });
    expect(longestAbsence(deliveries), told(deliveries)).toBeGreaterThan(1_000 - CLOCKS_DIFFER_MS);
  });

  const inBrowser: readonly (readonly [string, Page])[] = [
    ["each by itself", segmentPage],
    ["batching", segmentBatchingPage],
  ];
  it.skipIf(noBrowser !== undefined).each(inBrowser)(
    "is made to wait by Tributary's own 429, and loses nothing: @segment/analytics-next, %s",
    { timeout },
    async (_setup, page) => {
      const [shop, browser] = await Promise.all([startShopServer(), startChromium()]);
      try {
        const deliveries = await flood("browser", async (to, stored) => {
          const tab = await browser.newPage();
          await tab.goto(shop.page(page(to)));
          await tab.evaluate(
            (names) => {
              const { analytics } = globalThis as unknown as { analytics: { track(event: string): unknown } };
              for (const name of names) analytics.track(name);
            },
            Array.from({ length: EVENTS }, (_, at) => nth(at)),
          );
          await stored();
        });
        expect(longestAbsence(deliveries), told(deliveries)).toBeGreaterThan(1_000 - CLOCKS_DIFFER_MS);
      } finally {
        await browser.close();
        await shop.close();
      }
    },
  );
});
