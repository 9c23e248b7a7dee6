import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "#core/kernel/json.ts";
import { type ApiWorld, apiWorld, duckDbLake } from "#test/support/api-world.ts";

const order = (userId: string, sku: string, revenue: number): JsonObject => ({
  type: "track",
  userId,
  event: "Order Completed",
  timestamp: "2026-11-02T09:00:00.000Z",
  properties: { sku, revenue },
});

const spent = { name: "spent", event: "Order Completed", measure: "sum", of: "revenue", within: { last: "30d" } };

describe("computed traits", () => {
  let lake: Awaited<ReturnType<typeof duckDbLake>>;
  let world: ApiWorld;
  beforeAll(async () => {
    lake = await duckDbLake();
  });
  afterAll(() => lake.close());
  beforeEach(async () => {
    await lake.clear();
    world = await apiWorld(lake);
    await world.take([order("ana", "s1", 20.1), order("ana", "s2", 30.2), order("bob", "s1", 5)]);
  });
  const profileOf = async (userId: string) => (await world.ask("GET", `/api/profiles/user_id:${userId}`)).body;

  it("are made, read, changed and deleted, under their name", async () => {
    const made = await world.ask("POST", "/api/computed-traits", spent);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ id: "spent", version: 1, ...spent, traits: ["spent"] });
    expect(made.body.sentence).toEqual({
      en: "The sum of revenue, whenever somebody did “Order Completed” in the last 30 days.",
      fr: "La somme de revenue, chaque fois que quelqu’un a fait «\u00a0Order Completed\u00a0» dans les 30 derniers jours.",
    });
    expect((await world.ask("GET", "/api/computed-traits/spent")).body).toEqual(made.body);
    const changed = await world.ask("PUT", "/api/computed-traits/spent", { ...made.body, measure: "max" });
    expect(changed.body).toMatchObject({ version: 2, measure: "max" });
    expect((await world.ask("PUT", "/api/computed-traits/spent", made.body)).body.code).toBe("definition.changed");
    expect((await world.ask("GET", "/api/computed-traits")).body).toEqual({ computedTraits: [changed.body] });
    expect((await world.ask("DELETE", "/api/computed-traits/spent")).body).toEqual({ id: "spent", deleted: true });
    expect((await world.ask("GET", "/api/computed-traits/spent")).body.code).toBe("computed_trait.not_found");
  });

  it("stand on the profile once they are refreshed, also where profiles are searched for", async () => {
    await world.ask("POST", "/api/computed-traits", spent);
    expect((await profileOf("ana")).computed).toEqual({});
    const refreshed = await world.ask("POST", "/api/computed-traits/refresh", {});
    expect(refreshed).toMatchObject({ status: 202, body: { state: "finished", looked: 2, changed: 2 } });
    expect((await profileOf("ana")).computed).toEqual({ spent: 50.3 });
    const found = await world.ask("GET", "/api/profiles?query=user_id:bob");
    expect(found.body.profiles).toMatchObject([{ computed: { spent: 5 } }]);
    await world.ask("DELETE", "/api/computed-traits/spent");
    await world.ask("POST", "/api/computed-traits/refresh", {});
    expect((await profileOf("ana")).computed).toEqual({});
  });

  it("are asked for in segments, which then hold on to them", async () => {
    await world.ask("POST", "/api/computed-traits", spent);
    await world.ask("POST", "/api/computed-traits/refresh", {});
    const condition = { computed: "spent", gte: 50 };
    const ana = String((await profileOf("ana")).id);
    expect((await world.ask("POST", "/api/segments/preview", { condition })).body).toMatchObject({
      sample: [ana],
      count: 1,
    });
    await world.ask("POST", "/api/segments", { id: "big", name: "Big", condition: { not: condition } });
    const members = await world.ask("GET", "/api/segments/big/members");
    expect(members.body.members).toEqual([String((await profileOf("bob")).id)]);
    const refused = await world.ask("DELETE", "/api/computed-traits/spent");
    expect(refused).toMatchObject({ status: 409, body: { code: "computed_trait.in_use" } });
    expect(refused.body.message).toContain("segment big");
  });

  it("are shown before they are made", async () => {
    const shown = await world.ask("POST", "/api/computed-traits/preview", {
      ...spent,
      measure: "uniqueList",
      of: "sku",
    });
    const [ana, bob] = [String((await profileOf("ana")).id), String((await profileOf("bob")).id)];
    expect(shown.body).toMatchObject({ count: 2 });
    expect(shown.body.sample).toEqual(
      expect.arrayContaining([
        { profileId: ana, computed: { spent: ["s1", "s2"] } },
        { profileId: bob, computed: { spent: ["s1"] } },
      ]),
    );
  });

  it("include recency, frequency and monetary value in one call, once", async () => {
    const made = await world.ask("POST", "/api/computed-traits/rfm", {});
    expect(made).toMatchObject({ status: 201, body: { id: "rfm" } });
    expect((await world.ask("POST", "/api/computed-traits/rfm", {})).body.code).toBe("definition.exists");
    const taken = await world.ask("POST", "/api/computed-traits", { ...spent, name: "rfm_score" });
    expect(taken).toMatchObject({ status: 409, body: { code: "computed_trait.name_taken" } });
    await world.ask("POST", "/api/computed-traits/refresh", {});
    expect((await profileOf("ana")).computed).toEqual({
      rfm_recency: 0,
      rfm_frequency: 2,
      rfm_monetary: 50.3,
      rfm_r: 2,
      rfm_f: 2,
      rfm_m: 2,
      rfm_score: "222",
    });
  });

  it.each([
    [{ ...spent, name: "Total!" }, "name: a name looks like orders_90d"],
    [{ ...spent, of: "a..b" }, "of: steps with dots"],
    [{ ...spent, measure: "median" }, "measure"],
    [{ ...spent, measure: "count" }, "of"],
    [{ ...spent, within: { last: "soon" } }, "within"],
    [{ ...spent, where: [{ property: "sku" }] }, "where.0"],
    [{ name: "x", measure: "count" }, "event"],
    [{ ...spent, event: "a\0b" }, "event"],
  ])("are refused with the place of the mistake: %j", async (sent, told) => {
    const refused = await world.ask("POST", "/api/computed-traits", sent);
    expect(refused).toMatchObject({ status: 400, body: { code: "computed_trait.bad_definition" } });
    expect(refused.body.message).toContain(told);
  });
});
