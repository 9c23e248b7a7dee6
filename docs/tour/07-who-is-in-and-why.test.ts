import { beforeAll, describe, expect, it } from "vitest";
import { eventually } from "#test/support/eventually.ts";
import { tributaryOfThisFile } from "#test/support/tributary-of-this-file.ts";

const tributary = tributaryOfThisFile();
beforeAll(async () => {
  const { status } = await tributary.send("/v1/batch", { batch: people.flatMap(historyOf) });
  expect(status).toBe(200);
});

/** Forty customers of a shop. Every other one filled a basket in October; every fourth of all bought what was in it. */
const people = Array.from({ length: 40 }, (_, index) => index);
const filled = (person: number): boolean => person % 2 === 0;
const bought = (person: number): boolean => person % 4 === 0;

function historyOf(person: number): readonly unknown[] {
  const userId = `c-${person}`;
  const email = `c${person}@example.org`;
  const track = (event: string, timestamp: string, properties: object) => ({
    type: "track",
    event,
    userId,
    messageId: `${event}-${person}`,
    timestamp,
    properties,
  });
  return [
    { type: "identify", userId, messageId: `i-${person}`, timestamp: "2026-09-01T08:00:00Z", traits: { email } },
    ...(filled(person) ? [track("Product Added", "2026-10-10T12:00:00Z", { price: 10 + person })] : []),
    ...(bought(person) ? [track("Order Completed", "2026-10-10T13:00:00Z", { revenue: 10 + person })] : []),
  ];
}

/** Everything here is asked as of one instant, so that the chapter reads the same in any year. */
const NOW = "2026-10-15T00:00:00Z";

/** A basket in the last two weeks, and no order in them. */
const LEFT_BASKET = {
  all: [
    { event: "Product Added", within: { last: "14d" } },
    { not: { event: "Order Completed", within: { last: "14d" } } },
  ],
};

describe("7 · Who is in a segment, and why", () => {
  /*
   * While you build a condition, a preview says whom it means: how many, some of them, and in words. The words are
   * there to be read aloud to somebody who knows the shop: “yes, that is them”, or not. It also says how it will be
   * kept: as people change (`real_time`) or by schedule, and what asking costs.
   */
  it("previews a condition, in French", async () => {
    const { body } = await tributary.api("/api/segments/preview", { condition: LEFT_BASKET, now: NOW });
    expect(body.count).toBe(people.filter((person) => filled(person) && !bought(person)).length);
    expect(body.sentence.fr).toMatch(/^Toute personne .*«.Product Added.».*14 derniers jours.*«.Order Completed.»/);
    expect(body.freshness).toMatchObject({ kind: "real_time" });
    expect(body.cost.bytes).toBeGreaterThan(0);
  });

  it("saves it, changes it, and remembers what it meant before", async () => {
    const made = { id: "left-basket", name: "Left a basket", condition: LEFT_BASKET };
    expect((await tributary.api("/api/segments", made)).body.version).toBe(1);
    const dear = {
      all: [
        { event: "Product Added", within: { last: "14d" }, where: [{ property: "price", gte: 30 }] },
        LEFT_BASKET.all[1],
      ],
    };
    const changed = { name: "Left a dear basket", condition: dear, version: 1 };
    expect((await tributary.api("/api/segments/left-basket", changed, "PUT")).body.version).toBe(2);
    const { body } = await tributary.api("/api/segments/left-basket/versions");
    expect(body.versions).toMatchObject([
      { version: 2, current: true, name: "Left a dear basket" },
      { version: 1, current: false, name: "Left a basket" },
    ]);
  });

  /*
   * Why is this person in, and that one not? Each condition is answered by itself, with what decided it: the events that
   * counted, the value and who said it, what was found where it was not enough.
   */
  it("says why one person is in and another is not", async () => {
    const explain = async (person: number) =>
      (await tributary.api(`/api/segments/left-basket/explain?profile=email:c${person}@example.org&now=${NOW}`)).body;
    const isIn = await explain(22);
    expect(isIn.member).toBe(true);
    const [basket, noOrder] = isIn.condition.parts;
    expect(basket).toMatchObject({
      verdict: true,
      events: [{ event: "Product Added", at: "2026-10-10T12:00:00.000Z", messageId: "Product Added-22" }],
      window: { from: "2026-10-01T00:00:00.001Z" },
    });
    expect(noOrder).toMatchObject({ kind: "not", verdict: true, parts: [{ verdict: false, counted: 0 }] });
    const isOut = await explain(2);
    expect(isOut.member).toBe(false);
    expect(isOut.condition.parts[0], "the basket was worth 12").toMatchObject({ verdict: false, counted: 0 });
  });

  /*
   * A list comes from elsewhere: a fair, an agency, a spreadsheet. Lines that name nobody are told; identifiers that
   * nobody is known by yet match nobody, until somebody turns up with them.
   */
  it("takes a list in, and makes a segment of it", async () => {
    const csv = "email;stand\nC20@Example.org;A\nc22@example.org;B\nnobody-yet@example.org;B\n-;C\n";
    const { status, body } = await tributary.api("/api/lists", { id: "fair", name: "Autumn fair", csv });
    expect(status, JSON.stringify(body)).toBe(201);
    expect(body).toMatchObject({ taken: 3, bad: 1, problems: [{ line: 5, reason: expect.any(String) }] });
    expect((await tributary.api("/api/lists/fair")).body).toMatchObject({ identifiers: 3, people: 2 });
    const met = { id: "met-at-fair", name: "Met at the fair", condition: { list: "fair" } };
    expect((await tributary.api("/api/segments", met)).status).toBe(201);
    await tributary.send("/v1/identify", { userId: "late", traits: { email: "nobody-yet@example.org" } });
    await eventually(async () => {
      expect((await tributary.api("/api/segments/met-at-fair/members")).body.count).toBe(3);
    });
    expect((await tributary.api("/api/lists/fair", undefined, "DELETE")).body).toMatchObject({ code: "list.in_use" });
  });

  it("compares two segments", async () => {
    const { body } = await tributary.api(`/api/segments/left-basket/overlap?with=met-at-fair&now=${NOW}`);
    /* Of those who left a basket of 30 or more: 22, 26, 30, 34 and 38. Of those met, 22 is one of them. */
    expect(body).toMatchObject({ a: { members: 5 }, b: { members: 3 }, both: 1, onlyA: 4, onlyB: 2 });
    expect(body.jaccard).toBeCloseTo(1 / 7);
  });

  /*
   * Sizes over time: whoever comes in or leaves is written down, with the time and the cause. The schedule looks every
   * hour; `evaluate` does not wait for it. Evaluated again, whoever is in is not told again.
   */
  it("keeps how large a segment was", async () => {
    for (let evaluation = 1; evaluation <= 2; evaluation++) {
      expect((await tributary.api("/api/segments/met-at-fair/evaluate", {})).status).toBe(202);
      await eventually(async () => {
        const { body } = await tributary.api("/api/segments/met-at-fair/history");
        expect(body.days.at(-1)).toMatchObject({ members: 3, left: 0 });
        const { freshness } = (await tributary.api("/api/segments/met-at-fair")).body;
        expect(freshness.members).toBe(3);
      });
    }
    expect(await tributary.rows("SELECT count(*) FROM segment_members WHERE segment_id = 'met-at-fair'")).toEqual([
      [3],
    ]);
  });

  it("puts a segment away, tells who refers to it, and lets nothing new refer to it", async () => {
    const campaign = {
      id: "thanks-fair",
      name: "Thank you",
      segmentId: "met-at-fair",
      channel: "email",
      purpose: "newsletter",
      holdoutPercent: 0,
      treatments: [{ name: "plain", template: { subject: "Thank you", text: "See you soon." } }],
    };
    expect((await tributary.api("/api/campaigns", campaign)).status).toBe(201);
    const { body } = await tributary.api("/api/segments/met-at-fair/archive", {});
    expect(body).toMatchObject({ archived: true, usedBy: { campaigns: ["thanks-fair"], segments: [] } });
    const again = await tributary.api("/api/campaigns", { ...campaign, id: "another" });
    expect(again.body).toMatchObject({ code: "segment.archived" });
    await eventually(async () => {
      const days = (await tributary.api("/api/segments/met-at-fair/history")).body.days;
      expect(days.at(-1).members).toBe(0);
    });
  });
});
