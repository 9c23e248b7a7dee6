import { jitsuAnalytics } from "@jitsu/js";
import RudderAnalytics from "@rudderstack/rudder-sdk-node";
import { Analytics } from "@segment/analytics-node";
import LegacyAnalytics from "analytics-node";
import { ALL_CALLS, before, type Client, ORDER, traits } from "./client.ts";

const CALLED_AT = new Date("2026-11-01T10:00:00.000Z");
const PAGE = { path: "/promo", url: "https://shop.example/promo?utm_source=mail&utm_campaign=hiver&gclid=g1" };

/**
 * How long a client waits for an answer where it is told how long; longer than `slow`, shorter than `silent`. Those on
 * `axios-retry` count all their tries and the waits between them as one: so it is much longer than `RETRY_AFTER` too,
 * or a busy machine makes them give up.
 */
const PATIENCE_MS = 15_000;

type Told = (error?: unknown) => void;

/** What Segment's and RudderStack's server clients have in common: calls that take one object. */
interface ObjectCalls {
  identify(call: { userId: string; traits: ReturnType<typeof traits>; timestamp: Date }, told?: Told): unknown;
  track(call: { userId: string; event: string; properties: typeof ORDER; timestamp: Date }, told?: Told): unknown;
  page(call: { userId: string; name: string; properties: typeof PAGE; timestamp: Date }, told?: Told): unknown;
  group(call: { userId: string; groupId: string; traits: { name: string }; timestamp: Date }, told?: Told): unknown;
  alias(call: { userId: string; previousId: string; timestamp: Date }, told?: Told): unknown;
}

function callAll(client: ObjectCalls, userId: string, told?: Told): void {
  const timestamp = CALLED_AT;
  client.identify({ userId, traits: traits(userId), timestamp }, told);
  client.track({ userId, event: "Order Completed", properties: ORDER, timestamp }, told);
  client.page({ userId, name: "Promo", properties: PAGE, timestamp }, told);
  client.group({ userId, groupId: "g-1", traits: { name: "Initech" }, timestamp }, told);
  client.alias({ userId, previousId: before(userId), timestamp }, told);
}

/** Calls a client that tells of each call by itself what became of it, and waits until it has told of all. */
async function callAndHear(client: ObjectCalls & { flush(): unknown }, userId: string): Promise<readonly unknown[]> {
  const failures: unknown[] = [];
  await new Promise<void>((resolve) => {
    let open = ALL_CALLS.length;
    callAll(client, userId, (error) => {
      if (error) failures.push(error);
      open--;
      if (open === 0) resolve();
    });
    client.flush();
  });
  return failures;
}

const quiet = (): void => {};

const segment: Client = {
  setup: "as it comes",
  package: "@segment/analytics-node",
  calls: ALL_CALLS,
  repeats: "as told",
  inPage: false,
  send: async ({ url: host, writeKey }, userId) => {
    const client = new Analytics({ writeKey, host, httpRequestTimeout: PATIENCE_MS });
    const failures: unknown[] = [];
    client.on("error", (error) => failures.push(error));
    callAll(client, userId);
    await client.closeAndFlush({ timeout: 120_000 });
    return failures;
  },
};

/** What repeats its requests leaves those alone that it gave up waiting for; RudderStack's has the same. */
const legacy = (timeout?: number): Client => ({
  setup: timeout === undefined ? "as it comes" : "with `timeout`",
  package: "analytics-node",
  calls: ALL_CALLS,
  repeats: "by its own clock",
  givesUpOn: timeout === undefined ? [] : ["silence before"],
  inPage: false,
  send: ({ url: host, writeKey }, userId) => {
    const options = { host, flushAt: 20, errorHandler: quiet, ...(timeout === undefined ? {} : { timeout }) };
    return callAndHear(new LegacyAnalytics(writeKey, options), userId);
  },
});

const rudder = (gzip: boolean, timeout?: number): Client => ({
  setup: `gzip ${gzip ? "on" : "off"}${timeout === undefined ? "" : ", with `timeout`"}`,
  package: "@rudderstack/rudder-sdk-node",
  calls: ALL_CALLS,
  repeats: "as told",
  givesUpOn: timeout === undefined ? [] : ["silence before"],
  inPage: false,
  send: ({ url: dataPlaneUrl, writeKey }, userId) => {
    const set = { dataPlaneUrl, flushAt: 20, gzip, logLevel: "none", errorHandler: quiet };
    const client = new RudderAnalytics(writeKey, { ...set, ...(timeout === undefined ? {} : { timeout }) });
    return callAndHear(client, userId);
  },
});

const jitsu = (s2s: boolean): Client => ({
  setup: s2s ? "server to server" : "as in a browser",
  package: "@jitsu/js",
  // It has no alias.
  calls: ALL_CALLS.slice(0, -1),
  repeats: "never",
  inPage: false,
  send: async ({ url: host, writeKey }, userId) => {
    const failures: string[] = [];
    const errorPolicy = (message: string): void => void failures.push(message);
    const client = jitsuAnalytics({ host, writeKey: `${writeKey}:secret`, s2s, errorPolicy });
    await client.identify(userId, traits(userId));
    const others = [
      client.track("Order Completed", ORDER),
      client.page("Promo", PAGE),
      client.group("g-1", { name: "Initech" }),
    ];
    await Promise.all(others);
    return failures;
  },
});

export const NODE_CLIENTS: readonly Client[] = [
  segment,
  legacy(),
  legacy(PATIENCE_MS),
  rudder(true),
  rudder(false),
  rudder(true, PATIENCE_MS),
  jitsu(false),
  jitsu(true),
];
