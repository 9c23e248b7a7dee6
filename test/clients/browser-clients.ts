import type { Browser, BrowserContext, Page as Tab } from "playwright-core";
import { ALL_CALLS, before, type Client, ORDER, traits } from "./client.ts";
import {
  CHOICES,
  type Page,
  rudderBatchingPage,
  rudderBeaconPage,
  rudderConsentPage,
  rudderPage,
  segmentBatchingPage,
  segmentConsentPage,
  segmentPage,
} from "./pages.ts";
import type { ShopServer } from "./shop-server.ts";

/** A telephone in France; the browser's own words would be a bot's. */
export const VISITOR = {
  userAgent:
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Mobile Safari/537.36",
  locale: "fr-FR",
};
export const REFERRER = "https://www.google.com/";

/** What a page's scripts call, in either client. */
interface InPage {
  readonly analytics: {
    identify(userId: string, traits: object): unknown;
    track(event: string, properties: object): unknown;
    page(name: string): unknown;
    group(groupId: string, traits: object): unknown;
    alias(userId: string, previousId: string): unknown;
    ready(then: () => void): unknown;
  };
}

/** A visitor who follows a link to a shop's page. */
async function visit(context: BrowserContext, address: string): Promise<Tab> {
  const tab = await context.newPage();
  await tab.goto(address, { referer: REFERRER });
  return tab;
}

/** The five calls, as the page's own script would make them. */
function callInPage(tab: Tab, userId: string): Promise<void> {
  const said = { userId, traits: traits(userId), order: ORDER, before: before(userId) };
  return tab.evaluate((call) => {
    const { analytics } = globalThis as unknown as InPage;
    analytics.identify(call.userId, call.traits);
    analytics.track("Order Completed", call.order);
    analytics.page("Promo");
    analytics.group("g-1", { name: "Initech" });
    analytics.alias(call.userId, call.before);
  }, said);
}

/** Resolves once the client runs: calls made before that wait in the page, and are gone with it. */
const isReady = (tab: Tab): Promise<void> =>
  tab.evaluate(
    () => new Promise<void>((resolve) => (globalThis as unknown as InPage).analytics.ready(() => resolve())),
  );

/** What a browser has for the tests that share it. */
export interface Stage {
  readonly browser: Browser;
  readonly shop: ShopServer;
}

const SEGMENT = { package: "@segment/analytics-next", repeats: "as told" } as const;
const RUDDER = { package: "@rudderstack/analytics-js", repeats: "by its own clock" } as const;

const SETUPS: readonly (Omit<Client, "send" | "calls" | "inPage"> & { readonly page: Page })[] = [
  { ...SEGMENT, setup: "each by itself", page: segmentPage },
  { ...SEGMENT, setup: "batching", page: segmentBatchingPage },
  { ...SEGMENT, setup: "with analytics-consent-tools", page: segmentConsentPage, consent: CHOICES },
  { ...RUDDER, setup: "each by itself", page: rudderPage },
  { ...RUDDER, setup: "batching", page: rudderBatchingPage },
  { ...RUDDER, setup: "with consent management", page: rudderConsentPage, consent: CHOICES },
  // No script is told what became of a beacon.
  { ...RUDDER, setup: "with `useBeacon`", repeats: "never", page: rudderBeaconPage },
];

/** As they run in a browser, which is started by the time they send. */
export const browserClients = (stage: () => Stage): readonly Client[] =>
  SETUPS.map(({ page, ...client }) => ({
    ...client,
    calls: ALL_CALLS,
    inPage: true,
    send: async (to, userId, leaving) => {
      const { browser, shop } = stage();
      const context = await browser.newContext(VISITOR);
      const failures: Error[] = [];
      context.on("weberror", (error) => failures.push(error.error()));
      try {
        const address = shop.page(page(to));
        const tab = await visit(context, address);
        if (leaving) await isReady(tab);
        await callInPage(tab, userId);
        if (leaving) await tab.goto(address.replace("/promo", "/basket"));
        await to.settled();
        return failures;
      } finally {
        await context.close();
      }
    },
  }));
