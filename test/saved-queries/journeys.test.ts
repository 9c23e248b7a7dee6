import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasSharedData } from "#test/support/shared-data.ts";
import { cents, type Happened, linesOf, type RealLake, realLake } from "./real-lake.ts";

const PATHS = "attribution_paths/channel_paths.csv.gz";
const LOG = "web_logs/apache_access.log.gz";
const ROWS = "completejourney/transactions_sample.csv.gz";
const START = Date.parse("2020-01-01T00:00:00Z");

describe.skipIf(!hasSharedData(PATHS))("first and last touch over the paths", () => {
  let lake: RealLake;
  let revenue: Map<string, number>;
  beforeAll(async () => {
    const happened: Happened[] = [];
    revenue = new Map();
    for (const line of (await linesOf(PATHS)).slice(1)) {
      const [path = "", conversions, value] = line.split(",");
      const touches = path.replaceAll('"', "").split(" > ");
      const [first = ""] = touches;
      revenue.set(first, (revenue.get(first) ?? 0) + Number(value));
      for (let nth = 0; nth < Number(conversions); nth++) {
        const who = `${happened.length}`;
        touches.forEach((touch, at) => {
          happened.push({ who, event: "Page", at: timeAt(at), columns: { utm_source: touch } });
        });
        const usd = Number(value) / Number(conversions);
        happened.push({ who, event: "Order Completed", at: timeAt(touches.length), columns: { revenue: usd } });
      }
    }
    lake = await realLake(happened);
  }, 300_000);
  afterAll(() => lake.close());
  const timeAt = (minute: number): string => new Date(START + minute * 60_000).toISOString();

  it("gives each channel the orders that the data's own description names", async () => {
    const rows = await lake.ask("first-and-last-touch", { since: "2020-01-01", until: "2020-02-01" });
    const told = Object.fromEntries(
      rows.map(({ touch, first_touch_orders, last_touch_orders }) => [touch, [first_touch_orders, last_touch_orders]]),
    );
    expect(told).toEqual({
      alpha: [6308, 8447],
      beta: [2831, 989],
      delta: [1, 5],
      epsilon: [99, 531],
      eta: [3164, 4167],
      gamma: [165, 92],
      iota: [4606, 3355],
      kappa: [74, 230],
      lambda: [902, 1207],
      mi: [2, 2],
      theta: [1606, 653],
      zeta: [27, 107],
    });
    for (const { touch, first_touch_revenue } of rows) {
      expect(first_touch_revenue).toBeCloseTo(cents(revenue.get(String(touch)) ?? 0), 1);
    }
  });
});

describe.skipIf(!hasSharedData(LOG))("visits over a web log", () => {
  const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const requests: { readonly who: string; readonly at: number; readonly path: string }[] = [];
  let lake: RealLake;
  beforeAll(async () => {
    for (const line of await linesOf(LOG)) {
      const [, who = "", day, month, year, time, , path = ""] =
        /^(\S+) \S+ \S+ \[(\d\d)\/(\w{3})\/(\d{4}):(\d\d:\d\d:\d\d) [+]0000\] "(\S+) (\S+)/.exec(line) ?? [];
      const number = String(MONTHS.indexOf(month ?? "") + 1).padStart(2, "0");
      if (who !== "") requests.push({ who, at: Date.parse(`${year}-${number}-${day}T${time}Z`), path });
    }
    lake = await realLake(
      requests.map(({ who, at, path }) => ({
        who,
        event: "Page",
        type: "page",
        at: new Date(at).toISOString(),
        columns: { page_path: path },
      })),
    );
  }, 300_000);
  afterAll(() => lake.close());

  it("parts them by half an hour of silence", async () => {
    const visits: { readonly begun: number; readonly who: string; events: number; last: number }[] = [];
    for (const those of Map.groupBy(requests, ({ who }) => who).values()) {
      let visit: (typeof visits)[number] | undefined;
      for (const { who, at } of those.toSorted((a, b) => a.at - b.at)) {
        if (visit === undefined || at - visit.last >= 30 * 60_000) {
          visit = { begun: at, who, events: 0, last: at };
          visits.push(visit);
        }
        visit.events++;
        visit.last = at;
      }
    }
    const rows = await lake.ask("sessions", { since: "2015-05-17", until: "2015-05-21" });
    const days = Map.groupBy(visits, ({ begun }) => new Date(begun).toISOString().slice(0, 10));
    expect(rows.map(({ day, sessions, people, bounced }) => [day, sessions, people, bounced])).toEqual(
      [...days]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([day, those]) => [
          day,
          those.length,
          new Set(those.map(({ who }) => who)).size,
          Math.round((those.filter(({ events }) => events === 1).length / those.length) * 10_000) / 10_000,
        ]),
    );
    const pages = await lake.ask("entry-pages", { since: "2015-05-17", until: "2015-05-21" });
    expect(pages).toHaveLength(100);
    expect(Number(pages[0]?.sessions)).toBeGreaterThan(Number(pages[99]?.sessions));
  });
});

describe.skipIf(!hasSharedData(ROWS))("top products over Complete Journey", () => {
  it("are those of the rows, by revenue", async () => {
    const bought = (await linesOf(ROWS)).slice(1).map((line) => {
      const [who = "", , , product = "", quantity, usd, , , , , at = ""] = line.split(",");
      return { who, product, quantity: Number(quantity), usd: Number(usd), at };
    });
    const lake = await realLake(
      bought.map(({ who, product, quantity, usd, at }) => ({
        who,
        event: "Product Purchased",
        at,
        columns: { revenue: usd, properties: JSON.stringify({ product_id: product, quantity }) },
      })),
    );
    const rows = await lake.ask("top-products", {
      since: "2017-01-01",
      until: "2018-02-01",
      event: "Product Purchased",
      most: "20",
    });
    await lake.close();
    const products = [...Map.groupBy(bought, ({ product }) => product)].map(([product_id, those]) => ({
      product_id,
      lines: those.length,
      people: new Set(those.map(({ who }) => who)).size,
      quantity: those.reduce((sum, { quantity }) => sum + quantity, 0),
      revenue: cents(those.reduce((sum, { usd }) => sum + usd, 0)),
    }));
    const best = products.sort((a, b) => b.revenue - a.revenue || (a.product_id < b.product_id ? -1 : 1)).slice(0, 20);
    expect(rows).toEqual(best.map((product) => ({ ...product, name: null })));
  }, 300_000);
});
