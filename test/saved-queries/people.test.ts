import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { type Happened, type RealLake, realLake } from "./real-lake.ts";

const at = (hours: number): string => new Date(Date.parse("2026-03-01T00:00:00Z") + hours * 3_600_000).toISOString();
const WINDOW = { since: "2026-03-01", until: "2026-05-01" };

const opened: RealLake[] = [];
afterAll(async () => {
  for (const lake of opened) await lake.close();
});
async function lakeOf(...given: Parameters<typeof realLake>): Promise<RealLake> {
  const lake = await realLake(...given);
  opened.push(lake);
  return lake;
}

const STEPS = ["Product Viewed", "Product Added", "Checkout Started", "Order Completed"];

/** How far somebody came, by trying every beginning: one event a step, in order, all in time. */
function furthest(history: readonly Happened[], hours: number): number {
  const ordered = history.toSorted(
    (a, b) => Date.parse(a.at) - Date.parse(b.at) || STEPS.indexOf(a.event) - STEPS.indexOf(b.event),
  );
  let best = 0;
  ordered.forEach((first, begin) => {
    if (first.event !== STEPS[0]) return;
    let reached = 1;
    for (const next of ordered.slice(begin + 1)) {
      const inTime = Date.parse(next.at) - Date.parse(first.at) < hours * 3_600_000;
      if (inTime && next.event === STEPS[reached]) reached++;
    }
    best = Math.max(best, reached);
  });
  return best;
}

describe("the funnel", () => {
  it("counts each person's furthest attempt, as trying every beginning does", async () => {
    const step = fc.record({ who: fc.nat(60), step: fc.nat(3), hour: fc.nat(200) });
    const [drawn = []] = fc.sample(fc.array(step, { minLength: 900, maxLength: 900, size: "max" }), {
      numRuns: 1,
      seed: 7,
    });
    const happened = drawn.map(({ who, step: nth, hour }) => ({
      who: `${who}`,
      event: STEPS[nth] ?? "",
      at: at(hour),
    }));
    // Some with a few events only, so that not everybody comes to the end.
    const few = [...Map.groupBy(happened, ({ who }) => who).values()].flatMap((those) =>
      those.slice(0, 2 + (Number(those[0]?.who) % 14)),
    );
    const lake = await lakeOf(few);
    for (const days of [3, 8]) {
      const reached = [...Map.groupBy(few, ({ who }) => who).values()].map((those) => furthest(those, days * 24));
      const rows = await lake.ask("funnel", { ...WINDOW, days: `${days}` });
      const expected = [1, 2, 3, 4].map((nth) => reached.filter((steps) => steps >= nth).length);
      expect(rows.map(({ people }) => people)).toEqual(expected);
      expect(expected[3]).toBeGreaterThan(0);
      expect(expected[1]).toBeLessThan(expected[0] ?? 0);
    }
  });

  it("wants a second event where a step stands twice", async () => {
    const happened = [
      { who: "once", event: "A", at: at(1) },
      { who: "twice", event: "A", at: at(1) },
      { who: "twice", event: "A", at: at(2) },
    ];
    const lake = await lakeOf(happened);
    const rows = await lake.ask("funnel", { ...WINDOW, step1: "A", step2: "A", step3: "A", step4: "A" });
    expect(rows[1]).toMatchObject({ people: 1, share_of_first: 0.5 });
    expect(rows.slice(2).map(({ people }) => people)).toEqual([0, 0]);
  });
});

describe("consent and campaigns", () => {
  const people = ["a", "b", "c", "d"];
  const seen = people.map((who) => ({ who, event: "Seen", at: at(0) }));
  const said = (who: string, state: string, version: number) => ({
    profile_id: `p_${who}`,
    purpose: "newsletter",
    state,
    version,
    changed_at: at(version),
  });

  it("consent counts the last word of those who are still there", async () => {
    const lake = await lakeOf(seen, {
      consent_changes: [
        said("a", "denied", 1),
        said("a", "granted", 2),
        said("b", "denied", 1),
        said("c", "granted", 1),
        said("c", "unknown", 2),
        said("gone", "granted", 1),
      ],
    });
    expect(await lake.ask("consent-coverage")).toEqual([
      { purpose: "newsletter", granted: 1, denied: 1, unknown: 2, share_granted: 0.25 },
    ]);
  });

  it("campaigns show what those written to bought, beside the held-out", async () => {
    const bought = (who: string, hours: number, usd: number): Happened => ({
      who,
      event: "Order Completed",
      at: at(hours),
      columns: { revenue: usd },
    });
    const message = (who: string, status: string) => ({
      message_id: `m-${who}`,
      campaign_id: "spring",
      run_id: "first",
      profile_id: `p_${who}`,
      treatment: "plain",
      status,
      occurred_at: at(10),
    });
    const orders = [
      bought("a", 9, 50),
      bought("a", 11, 20),
      bought("a", 30, 5),
      bought("b", 10 + 7 * 24, 99),
      bought("c", 12, 8),
    ];
    const lake = await lakeOf([...seen, ...orders], {
      message_events: [message("a", "sent"), message("b", "sent"), message("c", "held_out"), message("d", "not_sent")],
    });
    const rows = await lake.ask("campaign-results", WINDOW);
    expect(
      rows.map(({ status, people: count, people_who_ordered, orders: n, revenue, conversion }) => [
        status,
        count,
        people_who_ordered,
        n,
        revenue,
        conversion,
      ]),
    ).toEqual([
      ["held_out", 1, 1, 1, 8, 1],
      ["not_sent", 1, 0, 0, 0, 0],
      ["sent", 2, 1, 2, 25, 0.5],
    ]);
  });
});
