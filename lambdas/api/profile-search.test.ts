import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "#core/kernel/json.ts";
import { listOf } from "#test/support/api-answers.ts";
import { type ApiWorld, apiWorld, duckDbLake } from "#test/support/api-world.ts";

const lake = await duckDbLake();
afterAll(() => lake.close());

let world: ApiWorld;
beforeEach(async () => {
  await lake.clear();
  world = await apiWorld(lake);
});

const people = [
  {
    type: "identify",
    userId: "u-1",
    traits: { first_name: "Éléonore", last_name: "Dupont-Moretti", email: "ele@Example.org" },
  },
  {
    type: "identify",
    userId: "u-2",
    traits: { name: "Łukasz O’Brien", phone: "0612345678", email: "luk.ob+1@mail.example" },
  },
  {
    type: "identify",
    userId: "u-3",
    traits: { firstName: "Strauß", company: { name: "Dupont" }, name: 'Ana "the\\it" Ærø' },
  },
  { type: "identify", userId: "dupont", traits: { lastName: "Martin" } },
];

const search = async (query: string): Promise<readonly (readonly [unknown, unknown, unknown])[]> => {
  const { body, status } = await world.ask("GET", `/api/profiles?query=${encodeURIComponent(query)}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return listOf(body.profiles).map(({ identifiers, found }) => {
    const { by, from } = found as JsonObject;
    return [listOf(identifiers).find(({ type }) => type === "user_id")?.value, by, from] as const;
  });
};

describe("a search", () => {
  beforeEach(() => world.take(people));

  it("puts identifiers first and finds names beside them, and says what is from the lake", async () => {
    expect(await search("dupont")).toEqual([
      ["dupont", "identifier", "store"],
      ["u-1", "name", "lake"],
    ]);
  });

  it("finds names by the beginnings of their words, whatever their case, marks and order", async () => {
    for (const query of ["eleonore", "ÉLÉO", "moretti", "dup ele", "Dupont Éléonore", "e\u0301le\u0301onore"]) {
      expect(await search(query), query).toEqual([["u-1", "name", "lake"]]);
    }
    for (const query of ["lukasz", "o'brien", "Łuk", "brien"])
      expect(await search(query), query).toEqual([["u-2", "name", "lake"]]);
    for (const query of ["strauss", "STRAUSS", "aero", "it"])
      expect(await search(query), query).toEqual([["u-3", "name", "lake"]]);
    for (const query of ["ponton", "pont", "eleonore martin", "lukaszz"])
      expect(await search(query), query).toEqual([]);
  });

  it("finds addresses and numbers by a part", async () => {
    expect(await search("ele@exam")).toEqual([["u-1", "email", "lake"]]);
    expect(await search("luk.ob+1")).toEqual([["u-2", "email", "lake"]]);
    expect(await search("luk_ob")).toEqual([]);
    for (const query of ["06 12 34 56 78", "0612345678", "+33612345678"]) {
      expect((await search(query))[0], query).toEqual(["u-2", "identifier", "store"]);
    }
    expect(await search("12 34 56")).toEqual([["u-2", "phone", "lake"]]);
    expect(await search("061234")).toEqual([["u-2", "phone", "lake"]]);
  });

  it("shows people as they are now, and not what the lake thought they were", async () => {
    await world.take([{ type: "identify", userId: "u-1", traits: { first_name: "Nora", last_name: null } }]);
    await lake.query("DELETE FROM profile_changes WHERE traits LIKE '%Nora%'");
    expect(await search("eleonore")).toEqual([]);
  });

  it("answers bad input with nobody", async () => {
    const bad = [
      "'",
      "a' OR '1'='1",
      "%",
      "_",
      "\\",
      ".*",
      "x\u0000y",
      "[",
      "(?i)",
      "\ud800",
      "a".repeat(1_000),
      "🙂🙂",
      "-- x",
      "a",
      "12",
    ];
    for (const query of bad) {
      const { status, body } = await world.ask(
        "GET",
        `/api/profiles?query=${encodeURIComponent(query.toWellFormed())}`,
      );
      expect([query, status, body.profiles]).toEqual([query, 200, []]);
    }
    expect((await world.ask("GET", `/api/profiles?query=${"a".repeat(1_001)}`)).body.code).toBe("query.invalid");
  });

  it("answers fifty at most, and says where there are more", async () => {
    await world.take(
      Array.from({ length: 55 }, (_, at) => ({ type: "identify", userId: `many-${at}`, traits: { name: "Zoé" } })),
    );
    const { body } = await world.ask("GET", "/api/profiles?query=zoe");
    expect([listOf(body.profiles).length, body.more]).toEqual([50, true]);
    const few = await world.ask("GET", "/api/profiles?query=eleonore");
    expect(few.body.more).toBe(false);
  });
});

describe("traits and recent events", () => {
  it("name the event that said each trait, and the source and time", async () => {
    await world.take([
      {
        type: "identify",
        userId: "u",
        traits: { city: "Lyon", plan: "a" },
        messageId: "m-1",
        timestamp: "2026-11-01T08:00:00Z",
      },
    ]);
    await world.take(
      [{ type: "identify", userId: "u", traits: { plan: "b" }, messageId: "m-2", timestamp: "2026-11-01T09:00:00Z" }],
      {
        source: "crm",
      },
    );
    const { traits } = (await world.ask("GET", "/api/profiles/user_id:u/traits")).body;
    expect(traits).toMatchObject([
      { name: "city", value: "Lyon", at: "2026-11-01T08:00:00.000Z", event: { source: "shop", messageId: "m-1" } },
      { name: "plan", value: "b", at: "2026-11-01T09:00:00.000Z", event: { source: "crm", messageId: "m-2" } },
    ]);
    const quick = (await world.ask("GET", "/api/profiles/user_id:u/traits?events=false")).body;
    expect(listOf(quick.traits).map(({ event }) => (event as JsonObject).messageId)).toEqual([null, null]);
    const recent = (await world.ask("GET", "/api/profiles/user_id:u/recent")).body;
    expect(recent.sources).toMatchObject([
      { source: "crm", events: 1, exact: true },
      { source: "shop", events: 1 },
    ]);
    expect(listOf(recent.events).map(({ digest, at }) => [digest, at])).toEqual(
      listOf(traits)
        .toReversed()
        .map(({ event, at }) => [(event as JsonObject).digest, at]),
    );
  });
});
