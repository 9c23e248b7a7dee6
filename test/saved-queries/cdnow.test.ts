import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasSharedData } from "#test/support/shared-data.ts";
import { cents, linesOf, type RealLake, realLake } from "./real-lake.ts";

const FILE = "cdnow/cdnow_master.csv.gz";
const WINDOW = { since: "1997-01-01", until: "1998-07-01" };
const END = Date.parse(WINDOW.until);
const DAY = 86_400_000;

interface Order {
  readonly who: string;
  readonly day: string;
  readonly usd: number;
}

/** What analysts are answered of CDNOW is computed here once more, over the file, in other words. */
describe.skipIf(!hasSharedData(FILE))("saved queries over CDNOW", () => {
  let lake: RealLake;
  let orders: readonly Order[];
  const byPerson = (): Map<string, Order[]> => Map.groupBy(orders, ({ who }) => who);

  beforeAll(async () => {
    orders = (await linesOf(FILE)).slice(1).map((line) => {
      const [who = "", day = "", , usd] = line.split(",");
      return { who, day, usd: Number(usd) };
    });
    const events = orders.map(({ who, day, usd }) => ({
      who,
      event: "Order Completed",
      at: `${day}T00:00:00.000Z`,
      columns: { revenue: usd, currency: "USD" },
    }));
    lake = await realLake(events);
  }, 300_000);
  afterAll(() => lake.close());

  it("revenue by month", async () => {
    const rows = await lake.ask("revenue-by-month", WINDOW);
    const months = Map.groupBy(orders, ({ day }) => day.slice(0, 7));
    expect(rows.map(({ month, orders, people, revenue }) => [month, orders, people, revenue])).toEqual(
      [...months]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([month, those]) => [
          month,
          those.length,
          new Set(those.map(({ who }) => who)).size,
          cents(those.reduce((sum, { usd }) => sum + usd, 0)),
        ]),
    );
    expect(cents(rows.reduce((sum, { revenue }) => sum + Number(revenue), 0))).toBe(2_500_315.63);
    expect(rows.reduce((sum, { orders: count }) => sum + Number(count), 0)).toBe(69_659);
  });

  it("RFM: figures, and quintiles with people alike parted by their ids", async () => {
    const figures = [...byPerson()].map(([who, those]) => ({
      profile_id: `p_${who}`,
      last: Math.max(...those.map(({ day }) => Date.parse(day))),
      orders: those.length,
      revenue: cents(those.reduce((sum, { usd }) => sum + usd, 0)),
    }));
    type Figure = (typeof figures)[number];
    const quintiles = (figure: (one: Figure) => number): Map<string, number> => {
      const ranked = figures.toSorted((a, b) => figure(a) - figure(b) || (a.profile_id < b.profile_id ? -1 : 1));
      const [least, more] = [Math.floor(ranked.length / 5), ranked.length % 5];
      // The first buckets are one larger where people cannot be parted evenly.
      const sizes = [0, 1, 2, 3, 4].map((nth) => least + (nth < more ? 1 : 0));
      const ends = sizes.map((_, nth) => sizes.slice(0, nth + 1).reduce((a, b) => a + b, 0));
      return new Map(ranked.map(({ profile_id }, at) => [profile_id, ends.findIndex((end) => at < end) + 1]));
    };
    const [r, f, m] = [
      quintiles(({ last }) => last),
      quintiles(({ orders }) => orders),
      quintiles(({ revenue }) => revenue),
    ];
    const rows = await lake.ask("rfm", WINDOW);
    expect(rows).toHaveLength(23_570);
    const expected = new Map(
      figures.map(({ profile_id, last, orders, revenue }) => [
        profile_id,
        [(END - last) / DAY - 1, orders, revenue, `${r.get(profile_id)}${f.get(profile_id)}${m.get(profile_id)}`],
      ]),
    );
    const wrong = rows.filter(
      (row) =>
        String(expected.get(String(row.profile_id))) !== String([row.recency_days, row.orders, row.revenue, row.score]),
    );
    expect(wrong).toEqual([]);

    const summary = await lake.ask("rfm-quintiles", WINDOW);
    expect(summary).toHaveLength(15);
    const best = summary.find(({ measure, quintile }) => measure === "monetary" && quintile === 5);
    const those = figures.filter(({ profile_id }) => m.get(profile_id) === 5);
    expect(best).toMatchObject({
      people: those.length,
      least: Math.min(...those.map(({ revenue }) => revenue)),
      most: Math.max(...those.map(({ revenue }) => revenue)),
      revenue: cents(those.reduce((sum, { revenue }) => sum + revenue, 0)),
    });
  });

  it("cohorts: who comes back in which month", async () => {
    const expected = new Map<string, Set<string>>();
    for (const [who, those] of byPerson()) {
      const months = those.map(({ day }) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1);
      const first = Math.min(...months);
      for (const month of months) {
        const key = `${first}/${month - first}`;
        expected.set(key, (expected.get(key) ?? new Set<string>()).add(who));
      }
    }
    const rows = await lake.ask("cohort-retention", WINDOW);
    const told = rows.map(({ cohort, periods_later, people }) => {
      const text = String(cohort);
      return [`${Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7)) - 1}/${periods_later}`, people];
    });
    expect(new Map(told as [string, number][])).toEqual(new Map([...expected].map(([key, { size }]) => [key, size])));
    expect(rows.filter(({ periods_later }) => periods_later === 0).every(({ share }) => share === 1)).toBe(true);
  });

  it("active people by day, in seven days and in twenty-eight", async () => {
    const rows = await lake.ask("active-people", { since: "1997-02-01", until: "1997-03-01" });
    expect(rows).toHaveLength(28);
    const within = (end: number, days: number): number =>
      new Set(
        orders.filter(({ day }) => Date.parse(day) <= end && Date.parse(day) > end - days * DAY).map(({ who }) => who),
      ).size;
    for (const { day, dau, wau, mau } of rows.filter((_, nth) => nth % 9 === 0)) {
      const end = Date.parse(String(day));
      expect([day, dau, wau, mau]).toEqual([day, within(end, 1), within(end, 7), within(end, 28)]);
    }
  });

  it("active people by month", async () => {
    const rows = await lake.ask("active-people-by-period", WINDOW);
    const months = Map.groupBy(orders, ({ day }) => `${day.slice(0, 7)}-01`);
    expect(rows.map(({ period, people, events }) => [period, people, events])).toEqual(
      [...months]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([month, those]) => [month, new Set(those.map(({ who }) => who)).size, those.length]),
    );
  });
});
