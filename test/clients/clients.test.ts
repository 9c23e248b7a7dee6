import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "#test/support/eventually.ts";
import { noBrowser, startChromium } from "#test/support/headless-chromium.ts";
import {
  newDataFolder,
  removeDataFolder,
  startTributary,
  type TributaryProcess,
} from "#test/support/tributary-process.ts";
import { browserClients, REFERRER, VISITOR } from "./browser-clients.ts";
import { before, type Client } from "./client.ts";
import { type ClientRow, clientsTable, type Outcome, withPart } from "./clients-table.ts";
import { FAULT_NAMES, type FaultName, RETRY_AFTER } from "./faults.ts";
import { NODE_CLIENTS } from "./node-clients.ts";
import { CLOCKS_DIFFER_MS, inTurns, isLost, isWhole, type Played, play, shortestWait } from "./play.ts";
import { type ShopServer, startShopServer } from "./shop-server.ts";

if (noBrowser !== undefined) console.warn(`browser clients are not run: ${noBrowser}`);

const PAGES_AT_ONCE = 10;
/** Long enough on a machine that has other things to do. */
const PLAYING_MS = 1_200_000;
/**
 * How often a page is left, at most, until nothing is missing: what a client has in its hand in that moment, between
 * two places of its own, is gone with the page, and nothing that Tributary answers could change that.
 */
const MOST_VISITS = 3;

let tributary: TributaryProcess;
let shop: ShopServer;
let browser: Browser;
const data = newDataFolder();

const BROWSER_CLIENTS = noBrowser === undefined ? browserClients(() => ({ browser, shop })) : [];
const CLIENTS = [...NODE_CLIENTS, ...BROWSER_CLIENTS];

const TOLD_TO_WAIT = ["429 with Retry-After", "three in a row"] as const;

const faultsOf = (client: Client): readonly FaultName[] =>
  FAULT_NAMES.filter((fault) => client.inPage || fault !== "page left");
const userOf = (client: Client, fault?: FaultName): string =>
  visitors.get(nameOf(client, fault)) ?? nameOf(client, fault);
const nameOf = (client: Client, fault?: FaultName): string =>
  `client-${CLIENTS.indexOf(client)}-${fault === undefined ? "plain" : FAULT_NAMES.indexOf(fault)}`;

const COLUMNS = [
  "user_id",
  "event",
  "type",
  "group_id",
  "message_id",
  "revenue",
  "currency",
  "order_id",
  "consent",
  "context",
  "page_url",
  "page_path",
  "referrer",
  "utm_source",
  "utm_campaign",
  "locale",
  "device_type",
  "is_bot",
] as const;
type StoredEvent = Readonly<Record<(typeof COLUMNS)[number], unknown>>;

const played = new Map<string, Played>();
/** Who made the visit that counts, where there were several. */
const visitors = new Map<string, string>();
const stored = new Map<string, StoredEvent[]>();

beforeAll(async () => {
  tributary = await startTributary(data);
  shop = await startShopServer();
  if (noBrowser === undefined) browser = await startChromium();
  // The last faults of the list take longest: they begin.
  const plays = (clients: readonly Client[]) =>
    [...FAULT_NAMES.toReversed(), undefined].flatMap((fault) =>
      clients
        .filter((client) => fault === undefined || faultsOf(client).includes(fault))
        .map((client) => () => playUntilWhole(client, fault)),
    );
  const onServers = plays(NODE_CLIENTS);
  await Promise.all([inTurns(onServers, onServers.length), inTurns(plays(BROWSER_CLIENTS), PAGES_AT_ONCE)]);
  await readStored();
}, PLAYING_MS);

async function playUntilWhole(client: Client, fault?: FaultName): Promise<void> {
  const name = nameOf(client, fault);
  for (let visit = 1; visit <= MOST_VISITS; visit++) {
    const user = visit === 1 ? name : `${name}-visit-${visit}`;
    const seen = await play(tributary, client, user, fault);
    played.set(user, seen);
    visitors.set(name, user);
    if (fault !== "page left" || isWhole(seen)) return;
  }
}

afterAll(async () => {
  await browser?.close();
  await shop?.close();
  await tributary?.stop();
  removeDataFolder(data);
});

/** Everything that was taken in, once the last of it is in the lake and in the profiles. */
async function readStored(): Promise<void> {
  const last = { type: "identify", userId: "last", messageId: "last", traits: { name: "Last" } };
  expect((await tributary.send("/v1/batch", { batch: [last] })).status).toBe(200);
  await eventually(async () => {
    expect(await tributary.rows("SELECT message_id FROM events WHERE user_id = 'last'")).toEqual([["last"]]);
    expect((await tributary.api("/api/profiles/user_id:last")).status).toBe(200);
  }, 120_000);
  for (const row of await tributary.rows(`SELECT ${COLUMNS.join(", ")} FROM events ORDER BY event`)) {
    const event = Object.fromEntries(COLUMNS.map((name, at) => [name, row[at]])) as StoredEvent;
    stored.set(String(event.user_id), [...(stored.get(String(event.user_id)) ?? []), event]);
  }
}

const eventsOf = (userId: string): readonly StoredEvent[] => stored.get(userId) ?? [];

function outcomeOf(client: Client, fault?: FaultName): Outcome {
  const events = eventsOf(userOf(client, fault)).map(({ event }) => event);
  if (events.length === 0) return "lost";
  return String(events) === String(client.calls.toSorted()) ? "kept" : "wrong";
}

const playedBy = (client: Client, fault?: FaultName): Played => played.get(userOf(client, fault))!;

/** How long after a 429 with `Retry-After` it came again, at the earliest, in ms. */
const shortestWaitOf = (client: Client): number =>
  Math.min(...TOLD_TO_WAIT.map((fault) => shortestWait(playedBy(client, fault).deliveries)));

const isKin = (client: Client) => (other: Client) =>
  other.package === client.package && other.repeats === client.repeats;

async function expectWholeProfile(client: Client, userId: string): Promise<void> {
  const { status, body } = await tributary.api(`/api/profiles/email:${userId}@example.org`);
  expect(status).toBe(200);
  expect(body.traits).toMatchObject({ firstName: "Ana" });
  const known = body.identifiers.map(({ type, value }: Record<string, string>) => `${type}:${value}`);
  expect(known).toContain(`user_id:${userId}`);
  if (client.calls.includes("alias")) expect(known).toContain(`anonymous_id:${before(userId)}`);
  const events = await tributary.api(`/api/profiles/user_id:${userId}/events`);
  expect(events.body.events.map(({ event }: { event: string }) => event).sort()).toEqual(client.calls.toSorted());
}

describe.each(CLIENTS.map((client) => ({ client, name: `${client.package} ${client.setup}` })))(
  "$name",
  ({ client }) => {
    const userId = userOf(client);

    it("is stored call by call, with what it said", () => {
      expect(playedBy(client).failures).toEqual([]);
      expect(eventsOf(userId).map(({ event }) => event)).toEqual(client.calls.toSorted());
      const of = new Map(eventsOf(userId).map((event) => [event.event, event]));
      const order = { type: "track", revenue: 49.9, currency: "EUR", order_id: "o-1" };
      expect(of.get("Order Completed")).toMatchObject(order);
      expect(of.get("group")).toMatchObject({ group_id: "g-1" });
      expect(of.get("page")).toMatchObject({ page_path: "/promo", utm_source: "mail", utm_campaign: "hiver" });
      for (const event of of.values()) {
        expect(event.message_id).not.toMatch(/^made-/);
        expect(JSON.parse(String(event.consent))).toEqual(client.consent ?? null);
      }
    });

    it("makes a profile, by any of its identifiers, with what the person allows", async () => {
      await expectWholeProfile(client, userId);
      const { body } = await tributary.api(`/api/profiles/user_id:${userId}`);
      const states = Object.entries(body.consent as Record<string, { state: string }>).map(([purpose, { state }]) => [
        purpose,
        state === "granted",
      ]);
      expect(Object.fromEntries(states)).toEqual(client.consent ?? {});
    });

    it.each(faultsOf(client))("behind %s: nothing lost but by its own design, nothing doubled", async (fault) => {
      const lost = isLost(client, fault);
      expect(outcomeOf(client, fault)).toBe(lost ? "lost" : "kept");
      if (!lost) return expectWholeProfile(client, userOf(client, fault));
      // Whoever can know says so: a beacon's sender cannot.
      if (!client.inPage) expect(playedBy(client, fault).failures.length).toBeGreaterThan(0);
    });

    it(`repeats ${client.repeats}`, () => {
      const waits = shortestWaitOf(client);
      if (client.repeats === "never") expect(waits).toBe(Number.POSITIVE_INFINITY);
      else if (client.repeats === "as told") expect(waits).toBeGreaterThan(RETRY_AFTER * 1_000 - CLOCKS_DIFFER_MS);
      // A busy machine may be late once: that it ever came earlier tells enough, however it was set up.
      else expect(Math.min(...CLIENTS.filter(isKin(client)).map(shortestWaitOf))).toBeLessThan(RETRY_AFTER * 1_000);
    });
  },
);

describe.skipIf(noBrowser !== undefined)("in a page", () => {
  it.each(BROWSER_CLIENTS)("$package $setup is asked beforehand, and says where the visitor is", (client) => {
    const { others } = playedBy(client);
    expect(others.filter((asked) => /^GET .*(?:settings|sourceConfig)/.test(asked))).toHaveLength(1);
    expect(others.filter((asked) => asked.startsWith("OPTIONS")).length).toBeGreaterThan(0);
    for (const event of eventsOf(userOf(client))) {
      const landing = { page_path: "/promo", referrer: REFERRER, utm_source: "mail", utm_campaign: "hiver" };
      expect(event).toMatchObject({ ...landing, locale: VISITOR.locale, device_type: "mobile", is_bot: false });
      expect(event.page_url).toMatch(/^http:\/\/shop-\d+\.localhost:\d+\/promo\?utm_source=mail/);
      expect(JSON.parse(String(event.context))).toMatchObject({
        userAgent: VISITOR.userAgent,
        os: { name: "Android" },
        browser: { name: "Chrome" },
        clickIds: { gclid: "g1" },
      });
    }
  });
});

it("refuses none of them anything", async () => {
  expect(await tributary.rows("SELECT code, count(*) FROM bad_events GROUP BY code")).toEqual([]);
});

describe.skipIf(noBrowser !== undefined)("docs/clients.md", () => {
  it("says what was seen (`npm test -- test/clients/clients.test.ts -u` writes it anew)", async () => {
    const rows = (clients: readonly Client[]): readonly ClientRow[] =>
      clients.map((client) => ({
        client,
        outcomes: new Map([undefined, ...faultsOf(client)].map((fault) => [fault, outcomeOf(client, fault)])),
      }));
    const page = new URL("../../docs/clients.md", import.meta.url);
    const servers = withPart(readFileSync(page, "utf8"), "servers", clientsTable(rows(NODE_CLIENTS)));
    const both = withPart(servers, "browsers", clientsTable(rows(BROWSER_CLIENTS)));
    await expect(both).toMatchFileSnapshot("../../docs/clients.md");
  });
});
