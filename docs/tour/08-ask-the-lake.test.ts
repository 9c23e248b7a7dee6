import { describe, expect, it } from "vitest";
import { eventually } from "#test/support/eventually.ts";
import { tributaryOfThisFile } from "#test/support/tributary-of-this-file.ts";
import { runLocal } from "#test/support/tributary-process.ts";

const tributary = tributaryOfThisFile();
const { data } = tributary;

/** Twelve visitors come by way of a newsletter or an advertisement; nine look closer, six fill a basket, three buy. */
const STEPS = ["Product Viewed", "Product Added", "Checkout Started", "Order Completed"];
const stepsOf = (visitor: number): number => (visitor < 3 ? 4 : visitor < 6 ? 3 : visitor < 9 ? 2 : 1);

function visitOf(visitor: number): readonly unknown[] {
  const context = { campaign: { source: visitor % 2 === 0 ? "newsletter" : "ads" } };
  return STEPS.slice(0, stepsOf(visitor)).map((event, nth) => ({
    type: "track",
    event,
    userId: `v-${visitor}`,
    messageId: `v-${visitor}-${nth}`,
    timestamp: `2026-09-0${(visitor % 3) + 1}T10:0${nth}:00Z`,
    properties:
      nth === 3 ? { revenue: 40, currency: "EUR", products: [{ product_id: "mug", price: 20, quantity: 2 }] } : {},
    context,
  }));
}

/** One of them comes back in October. */
const SECOND = {
  type: "track",
  event: "Order Completed",
  userId: "v-1",
  messageId: "v-1-again",
  timestamp: "2026-10-02T10:00:00Z",
  properties: { revenue: 10, currency: "EUR" },
};

const september = { since: "2026-09-01", until: "2026-10-01" };

/** Asks a saved query by its name, as `POST /api/queries` takes it. */
async function saved(name: string, parameters: Readonly<Record<string, string>>): Promise<readonly unknown[][]> {
  const { status, body } = await tributary.api("/api/queries", { saved: name, parameters });
  expect(status, JSON.stringify(body)).toBe(200);
  return body.rows;
}

describe("8 · Ask the lake", () => {
  it("takes a September in", async () => {
    const batch = [...Array.from({ length: 12 }, (_, visitor) => visitOf(visitor)).flat(), SECOND];
    expect((await tributary.send("/v1/batch", { batch })).status).toBe(200);
    await eventually(async () => {
      expect(await tributary.rows("SELECT count(*) FROM events")).toEqual([[31]]);
    });
  });

  /*
   * A question is SQL as Athena takes it, on one machine as in the cloud. `events` has each event once, with the person it
   * belongs to today; what is asked of days should say so by `dt`, the day of receipt: other days are then not read.
   */
  it("answers a question in SQL", async () => {
    const rows = await tributary.rows(`
      SELECT utm_source, count(DISTINCT profile_id) AS people
      FROM events WHERE utm_source IS NOT NULL GROUP BY utm_source ORDER BY utm_source`);
    expect(rows).toEqual([
      ["ads", 6],
      ["newsletter", 6],
    ]);
  });

  /* A long answer comes page by page, and all pages are of the same answer, whatever comes in meanwhile. */
  it("answers page by page", async () => {
    const sql = "SELECT message_id FROM events ORDER BY message_id";
    const { body: first } = await tributary.api("/api/queries", { sql, limit: 20 });
    expect(first.rows).toHaveLength(20);
    const { body: second } = await tributary.api("/api/queries", { cursor: first.next });
    expect([second.rows.length, second.next]).toEqual([11, undefined]);
  });

  /*
   * The usual questions are written already: `GET /api/queries/saved` lists them with what they answer, in English and
   * French, and what they may be told. In the cloud they stand in Athena, as named queries of the analysts' workgroup.
   */
  it("knows the usual questions by name", async () => {
    const { body } = await tributary.api("/api/queries/saved");
    const funnel = body.queries.find(({ name }: { name: string }) => name === "funnel");
    expect(funnel.title).toEqual({ en: "Funnel of four steps", fr: "Entonnoir en quatre étapes" });
    const filled = await tributary.api("/api/queries/saved/revenue-by-month?since=2026-09-01");
    expect(filled.body.sql).toContain("DATE '2026-09-01'");
    /* The same on the command line; without a server if need be. */
    const { stdout } = await runLocal(
      "sql",
      "--saved",
      "revenue-by-month",
      "--with",
      "since=2026-09-01",
      "--data",
      data,
    );
    expect(stdout).toContain("2026-10");
  });

  it("shows where people turn back: a funnel", async () => {
    expect(await saved("funnel", september)).toEqual([
      [1, "Product Viewed", 12, 1, null],
      [2, "Product Added", 9, 0.75, 0.75],
      [3, "Checkout Started", 6, 0.5, 0.6667],
      [4, "Order Completed", 3, 0.25, 0.5],
    ]);
  });

  it("shows who comes back: cohorts", async () => {
    expect(await saved("cohort-retention", { ...september, until: "2026-11-01" })).toEqual([
      ["2026-09-01", 0, 3, 1],
      ["2026-09-01", 1, 1, 0.3333],
    ]);
  });

  it("shows what brought them, and what they bought", async () => {
    expect(await saved("first-and-last-touch", september)).toEqual([
      ["newsletter", 2, 80, 2, 80],
      ["ads", 1, 40, 1, 40],
    ]);
    expect(await saved("top-products", september)).toEqual([["mug", null, 3, 3, 6, 120]]);
  });

  /* Before anybody believes a figure: is all of it there? One endpoint says, ready to be drawn. */
  it("says whether what comes in can be relied upon", async () => {
    const { status, body } = await tributary.api("/api/data-quality");
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.sources).toMatchObject([{ events: 31, repetitions: 0 }]);
    expect(body.identity).toMatchObject({ events: 31, withProfile: 31, activePeople: 12 });
    expect(body.damagedFiles).toEqual([]);
  });

  /* Nothing that is asked can change the lake, leave it, or take the machine with it; what is wrong is said, and where. */
  it("refuses what is no question, in words", async () => {
    for (const [sql, words] of [
      ["SELECT revenu FROM events", "line 1, column 8: "],
      ["DROP VIEW events", "only SELECT"],
      ["SELECT * FROM read_csv('x.csv')", "read_csv"],
      ["SELECT cardinality(sequence(1, 1000000000))", "at most 10000 entries"],
    ] as const) {
      const { status, body } = await tributary.api("/api/queries", { sql });
      expect([status, body.code]).toEqual([400, "sql.refused"]);
      expect(body.message).toContain(words);
    }
    const { body } = await tributary.api("/api/queries", { saved: "funnel", parameters: { days: "0" } });
    expect(body).toMatchObject({
      code: "query.bad_parameter",
      message: "days: a whole number from 1 to 365 is expected",
    });
  });
});
