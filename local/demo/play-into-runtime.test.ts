import { beforeAll, describe, expect, it } from "vitest";
import { eventually } from "#test/support/eventually.ts";
import { tributaryOfThisFile } from "#test/support/tributary-of-this-file.ts";
import { DAY } from "./calendar.ts";
import { runDemo } from "./run-demo.ts";
import { shopEvents } from "./shop.ts";
import type { Delivery } from "./shop-world.ts";

const SHOP = { seed: "journey", people: 150 };
const DAYS = 12;
const EVENTS = 2_500;

const tributary = tributaryOfThisFile();
let sent: readonly Delivery[];

beforeAll(async () => {
  const opening = Date.now();
  const { url, token, writeKey: key } = tributary;
  await runDemo({
    ...SHOP,
    url,
    token,
    writeKeys: { site: key, till: key, newsletter: key, crm: key, support: key },
    historyDays: DAYS,
    historyEventsPerSecond: 5_000,
    eventsPerSecond: 500,
    maxEvents: EVENTS,
    signal: new AbortController().signal,
    print: () => undefined,
    // Stands at the opening at the first look, so that what follows can be compared with the generator.
    now: firstly(opening, Date.now),
  });
  sent = [...shopEvents({ ...SHOP, start: opening - DAYS * DAY }).take(EVENTS)];
});

function firstly(value: number, then: () => number): () => number {
  let looked = false;
  return () => {
    if (looked) return then();
    looked = true;
    return value;
  };
}

const ids = (deliveries: readonly Delivery[]): ReadonlySet<string> =>
  new Set(deliveries.map(({ event }) => event.messageId));
const isBroken = (id: string): boolean => broken().has(id);
const broken = (): ReadonlySet<string> => ids(sent.filter(({ oddity }) => oddity === "broken"));

describe("the shop, played into a Tributary", () => {
  it("is all there, each event once, and what cannot be used is kept with its reason", async () => {
    const good = [...ids(sent)].filter((id) => !isBroken(id));
    await eventually(async () => {
      expect(await tributary.rows("SELECT count(*), count(DISTINCT message_id) FROM events")).toEqual([
        [good.length, good.length],
      ]);
      const refused = "SELECT DISTINCT json_extract_scalar(payload, '$.messageId') AS id FROM bad_events ORDER BY id";
      expect(await tributary.rows(refused)).toEqual([...broken()].sort().map((id) => [id]));
    });
  });

  it("has the turnover that the tills and the site had, to the cent", async () => {
    const orders = new Map(
      sent
        .filter(({ event }) => event.event === "Order Completed" && !isBroken(event.messageId))
        .map(({ event }) => [event.messageId, Number(event.properties?.revenue)]),
    );
    const revenue = [...orders.values()].reduce((sum, value) => sum + value, 0);
    expect(await tributary.rows("SELECT count(*), round(sum(revenue), 2) FROM orders")).toEqual([
      [orders.size, Math.round(revenue * 100) / 100],
    ]);
  });

  it("takes nobody for two people who both have an account, family tablet and kiosk or not", async () => {
    const perProfile = `
      SELECT max(n) FROM (
        SELECT profile_id, count(*) AS n FROM identity_map WHERE identifier_type = 'user_id' GROUP BY profile_id
      )`;
    expect(await tributary.rows(perProfile)).toEqual([[1]]);
  });

  it("recognises people: there are profiles that joined what several systems knew", async () => {
    const known = `
      SELECT count(*) FROM (
        SELECT profile_id FROM identity_map GROUP BY profile_id
        HAVING count(DISTINCT identifier_type) >= 4
      )`;
    const [[profiles]] = (await tributary.rows(known)) as [[number]];
    expect(profiles).toBeGreaterThan(10);
  });
});
