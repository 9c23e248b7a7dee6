import type { Address } from "./client.ts";

/** The page of a shop that has put a client into it, as the client's own documentation says. */
export type Page = (to: Pick<Address, "url" | "writeKey">) => string;

const page = (...scripts: readonly string[]): string =>
  `<!doctype html><html lang="fr"><head><title>Promo</title>${scripts.join("")}</head><body></body></html>`;

const code = (text: string): string => `<script>${text}</script>`;
const json = (value: unknown): string => JSON.stringify(value);

/** What lies in wait until the script is there: it collects the calls, and says where the client finds its settings. */
const SNIPPET = `
  const analytics = (window.analytics = []);
  for (const name of ["identify", "track", "page", "group", "alias", "ready"])
    analytics[name] = (...args) => (analytics.push([name, ...args]), analytics);`;

const segment =
  (options: object): Page =>
  ({ url, writeKey }) =>
    page(
      code(`${SNIPPET}
        analytics._writeKey = ${json(writeKey)};
        analytics._cdn = ${json(url)};
        analytics._loadOptions = ${json(options)};`),
      `<script async src="/analytics-next.js"></script>`,
    );

export const segmentPage: Page = segment({});

export const segmentBatchingPage: Page = segment({
  integrations: { "Segment.io": { deliveryStrategy: { strategy: "batching", config: { size: 10, timeout: 200 } } } },
});

/** What the visitor said to the banner. */
export const CHOICES = { advertising: false, analytics: true };

export const segmentConsentPage: Page = ({ url, writeKey }) =>
  page(
    `<script src="/with-consent.js"></script>`,
    code(`
      window.analytics = new AnalyticsBrowser();
      createWrapper({
        getCategories: () => (${json(CHOICES)}),
        shouldLoadSegment: (context) => context.load({ consentModel: "opt-in" }),
      })(analytics);
      analytics.load({ writeKey: ${json(writeKey)}, cdnURL: ${json(url)} });`),
  );

const rudder =
  (options: object): Page =>
  ({ url, writeKey }) =>
    page(
      `<script src="/rudderstack.js"></script>`,
      code(`
        window.analytics = new rudderanalytics.RudderAnalytics();
        analytics.load(${json(writeKey)}, ${json(url)}, ${json({ ...options, configUrl: url })});`),
    );

/** Soon again, so that it shows in a test's time whether it waits for anything but its own clock. */
const queueOptions = { minRetryDelay: 200 };

export const rudderPage: Page = rudder({ queueOptions });

export const rudderBatchingPage: Page = rudder({
  queueOptions: { ...queueOptions, batch: { enabled: true, maxItems: 10, flushInterval: 200 } },
});

export const rudderConsentPage: Page = rudder({
  queueOptions,
  consentManagement: {
    enabled: true,
    provider: "custom",
    allowedConsentIds: ["analytics"],
    deniedConsentIds: ["advertising"],
  },
});

export const rudderBeaconPage: Page = rudder({
  useBeacon: true,
  beaconQueueOptions: { maxItems: 10, flushQueueInterval: 200 },
});
