import { jitsuAnalytics } from "@jitsu/js";
import RudderAnalytics from "@rudderstack/rudder-sdk-node";
import { Analytics } from "@segment/analytics-node";
import LegacyAnalytics from "analytics-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "#test/support/eventually.ts";
import {
  newDataFolder,
  removeDataFolder,
  startTributary,
  type TributaryProcess,
} from "#test/support/tributary-process.ts";

const data = newDataFolder();
let tributary: TributaryProcess;
beforeAll(async () => {
  tributary = await startTributary(data);
});
afterAll(async () => {
  await tributary.stop();
  removeDataFolder(data);
});

const CALLED_AT = new Date("2026-11-01T10:00:00.000Z");
const ORDER = { order_id: "o-1", revenue: 49.9, currency: "EUR", products: [{ sku: "tasse-bleue", price: 12.5 }] };
const PAGE = { path: "/promo", url: "https://shop.example/promo?utm_source=mail&utm_campaign=hiver&gclid=g1" };

/** One client's five calls about one person, made with its own functions. Resolves when all was sent. */
interface Client {
  readonly name: string;
  readonly calls: readonly string[];
  send(userId: string): Promise<void>;
}

const ALL = ["identify", "Order Completed", "page", "group", "alias"];

const traits = (userId: string) => ({ email: `${userId}@Example.org `, firstName: "Ana", plan: null });

/** What Segment's and RudderStack's server clients have in common: calls that take one object. */
interface ObjectCalls {
  identify(call: { userId: string; traits: ReturnType<typeof traits>; timestamp: Date }): unknown;
  track(call: { userId: string; event: string; properties: typeof ORDER; timestamp: Date }): unknown;
  page(call: { userId: string; name: string; properties: typeof PAGE; timestamp: Date }): unknown;
  group(call: { userId: string; groupId: string; traits: { name: string }; timestamp: Date }): unknown;
  alias(call: { userId: string; previousId: string; timestamp: Date }): unknown;
}

function callAll(client: ObjectCalls, userId: string): void {
  const timestamp = CALLED_AT;
  client.identify({ userId, traits: traits(userId), timestamp });
  client.track({ userId, event: "Order Completed", properties: ORDER, timestamp });
  client.page({ userId, name: "Promo", properties: PAGE, timestamp });
  client.group({ userId, groupId: "g-1", traits: { name: "Initech" }, timestamp });
  client.alias({ userId, previousId: `${userId}-before`, timestamp });
}

const CLIENTS: readonly Client[] = [
  {
    name: "@segment/analytics-node 3",
    calls: ALL,
    send: async (userId) => {
      const client = new Analytics({ writeKey: tributary.writeKey, host: tributary.url });
      const failures: unknown[] = [];
      client.on("error", (error) => failures.push(error));
      callAll(client, userId);
      await client.closeAndFlush();
      expect(failures).toEqual([]);
    },
  },
  {
    name: "analytics-node 6",
    calls: ALL,
    send: async (userId) => {
      const client = new LegacyAnalytics(tributary.writeKey, { host: tributary.url, flushAt: 20 });
      callAll(client, userId);
      await new Promise<void>((resolve, reject) => {
        void client.flush((error) => (error ? reject(error) : resolve()));
      });
    },
  },
  ...[true, false].map((gzip) => ({
    name: `@rudderstack/rudder-sdk-node 3, gzip ${gzip ? "on" : "off"}`,
    calls: ALL,
    send: async (userId: string) => {
      const client = new RudderAnalytics(tributary.writeKey, { dataPlaneUrl: tributary.url, flushAt: 20, gzip });
      callAll(client, userId);
      await new Promise<void>((resolve, reject) => {
        void client.flush((error) => (error ? reject(error) : resolve()));
      });
    },
  })),
  ...[true, false].map((s2s) => ({
    name: `@jitsu/js 1, ${s2s ? "server to server" : "as in a browser"}`,
    // Jitsu's client has no alias.
    calls: ALL.slice(0, -1),
    send: async (userId: string) => {
      const { writeKey, url: host } = tributary;
      const client = jitsuAnalytics({ host, writeKey: `${writeKey}:secret`, s2s, errorPolicy: "rethrow" });
      await client.identify(userId, traits(userId));
      await client.track("Order Completed", ORDER);
      await client.page("Promo", PAGE);
      await client.group("g-1", { name: "Initech" });
    },
  })),
];

describe.each(CLIENTS.map((client, nth) => ({ ...client, userId: `client-${nth}` })))("$name", (client) => {
  beforeAll(() => client.send(client.userId));
  const { userId } = client;

  it("is stored call by call, with what it said", async () => {
    const columns =
      "event, type, group_id, message_id, original_time, revenue, currency, order_id, utm_campaign, page_path";
    const stored = await eventually(async () => {
      const rows = await tributary.rows(`SELECT ${columns} FROM events WHERE user_id = '${userId}'`);
      expect(rows.map(([event]) => event).sort()).toEqual(client.calls.toSorted());
      return new Map(
        rows.map((row) => [row[0], Object.fromEntries(columns.split(", ").map((name, at) => [name, row[at]]))]),
      );
    });
    expect(stored.get("Order Completed")).toMatchObject({
      type: "track",
      revenue: 49.9,
      currency: "EUR",
      order_id: "o-1",
    });
    expect(stored.get("group")).toMatchObject({ group_id: "g-1" });
    expect(stored.get("page")).toMatchObject({ page_path: "/promo", utm_campaign: "hiver" });
    for (const { message_id } of stored.values()) expect(message_id).not.toMatch(/^made-/);
  });

  it("makes a profile, by any of its identifiers", async () => {
    await eventually(async () => {
      const { status, body } = await tributary.api(`/api/profiles/email:${userId}@example.org`);
      expect(status).toBe(200);
      expect(body.traits).toMatchObject({ firstName: "Ana" });
      const known = body.identifiers.map(({ type, value }: Record<string, string>) => `${type}:${value}`);
      expect(known).toContain(`user_id:${userId}`);
      if (client.calls.includes("alias")) expect(known).toContain(`anonymous_id:${userId}-before`);
    });
  });

  it("is refused nothing", async () => {
    expect(await tributary.rows("SELECT code, count(*) FROM bad_events GROUP BY code")).toEqual([]);
  });
});
