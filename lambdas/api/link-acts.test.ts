import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "#core/kernel/json.ts";
import { listOf, text } from "#test/support/api-answers.ts";
import { type ApiWorld, apiWorld, duckDbLake } from "#test/support/api-world.ts";

const lake = await duckDbLake();
afterAll(() => lake.close());

let world: ApiWorld;
beforeEach(async () => {
  await lake.clear();
  world = await apiWorld(lake);
});

describe("links", () => {
  const pair = { a: { type: "user_id", value: "u-1" }, b: { type: "email", value: "Ana@Example.org" } };
  const apart = [
    { type: "identify", userId: "u-1", traits: {} },
    { type: "identify", anonymousId: "a-9", traits: { email: "ana@example.org" } },
  ];
  const idOf = async (named: string) => (await world.ask("GET", `/api/profiles/${named}`)).body.id;

  it("joins two people, says who did and why, and undoes it", async () => {
    await world.take(apart);
    const before = await idOf("user_id:u-1");
    const made = await world.ask("POST", "/api/links", { ...pair, reason: "called us" });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ b: { type: "email", value: "ana@example.org" }, reason: "called us" });
    await world.settle();
    expect(await idOf("user_id:u-1")).toBe(await idOf("email:ana@example.org"));

    const { links } = (await world.ask("GET", "/api/profiles/user_id:u-1/explain")).body;
    const human = listOf(links).find((link) => link.class === "human");
    expect(human).toMatchObject({ id: made.body.id, state: "live", source: "operator", reason: "called us" });
    expect(human?.because).toBe("operator decided that these are one person: user_id:u-1 and email:ana@example.org.");

    const undone = await world.ask("DELETE", `/api/links/${text(made.body.id)}`);
    expect(undone.body).toMatchObject({ id: made.body.id, state: "retracted", who: "operator", reason: null });
    await world.settle();
    expect(await idOf("user_id:u-1")).toBe(before);
    expect(await idOf("email:ana@example.org")).not.toBe(before);
  });

  it("says at once whether a link will hold, and why not", async () => {
    await world.take(apart);
    const other = { type: "user_id", value: "u-2" };
    await world.take([{ type: "identify", userId: "u-2", traits: {} }]);
    const refused = (await world.ask("POST", "/api/links", { a: pair.a, b: other })).body;
    expect(refused).toMatchObject({ state: "refused" });
    expect(refused.because).toContain("at most 1 user_id");
    expect((await world.ask("POST", "/api/links", pair)).body).toMatchObject({ state: "live" });
  });

  it("lets two people disagree: different wins until somebody takes it back", async () => {
    await world.take(apart);
    const as = (username: string) => ({ authorizer: { jwt: { claims: { username }, scopes: [] } } });
    await world.ask("POST", "/api/links", pair, {}, as("chloe"));
    await world.settle();
    const veto = await world.ask("POST", "/api/links", { ...pair, verdict: "different" }, {}, as("ben"));
    expect(veto.body).toMatchObject({ state: "live", source: "ben" });
    await world.settle();
    expect(await idOf("user_id:u-1")).not.toBe(await idOf("email:ana@example.org"));
    await world.ask("DELETE", `/api/links/${text(veto.body.id)}?reason=twins`, undefined, {}, as("chloe"));
    await world.settle();
    expect(await idOf("user_id:u-1")).toBe(await idOf("email:ana@example.org"));
  });

  it("tells whoever takes a link back second who was first, when and why", async () => {
    await world.take(apart);
    const { id } = (await world.ask("POST", "/api/links", pair)).body;
    await world.settle();
    const path = `/api/links/${text(id)}`;
    const first = await world.ask("DELETE", `${path}?reason=a%20typo`);
    await world.settle();
    const second = await world.ask("DELETE", `${path}?reason=again`);
    expect(second.body).toEqual(first.body);
    expect(second.body).toMatchObject({ who: "operator", reason: "a typo", at: "2026-11-02T10:00:00.000Z" });
    const { links } = (await world.ask("GET", "/api/profiles/user_id:u-1/explain")).body;
    const { retraction, because } = listOf(links).find((link) => link.id === id) ?? {};
    expect(retraction).toMatchObject({ who: "operator", reason: "a typo" });
    expect(because).toContain("taken back by operator at 2026-11-02T10:00:00.000Z (a typo)");
  });

  it("makes somebody of an identifier that nobody was known by", async () => {
    await world.take(apart);
    await world.ask("POST", "/api/links", { a: pair.a, b: { type: "loyalty_card", value: "k-7" } });
    await world.settle();
    expect(await idOf("loyalty_card:k-7")).toBe(await idOf("user_id:u-1"));
  });

  it("takes a link back that was asserted a moment ago, and one again that was taken back", async () => {
    await world.take(apart);
    const first = await world.ask("POST", "/api/links", pair);
    expect((await world.ask("DELETE", `/api/links/${text(first.body.id)}`)).status).toBe(200);
    await world.settle();
    expect(await idOf("user_id:u-1")).not.toBe(await idOf("email:ana@example.org"));
    const second = await world.ask("POST", "/api/links", pair);
    expect(second.body.id).not.toBe(first.body.id);
    await world.settle();
    expect(await idOf("user_id:u-1")).toBe(await idOf("email:ana@example.org"));
    expect((await world.ask("POST", "/api/links", pair)).body.id, "asserting twice is once").toBe(second.body.id);
  });

  it("keeps two people apart, and explains the refused link with its reason", async () => {
    await world.take(apart);
    await world.ask("POST", "/api/links", { ...pair, verdict: "different" });
    await world.settle();
    await world.take([{ type: "identify", userId: "u-1", traits: { email: "ana@example.org" }, messageId: "m" }]);
    const { links, apart: others } = (await world.ask("GET", "/api/profiles/user_id:u-1/explain")).body;
    expect(listOf(links).map(({ state, refusal, verdict }) => [state, refusal, verdict])).toContainEqual([
      "refused",
      "different",
      "same",
    ]);
    expect(listOf(others)).toHaveLength(1);
  });

  it("names who decided by their token's claims", async () => {
    const claims = { authorizer: { jwt: { claims: { username: "chloe", sub: "s" }, scopes: [] } } };
    const { body } = await world.ask("POST", "/api/links", pair, {}, claims);
    expect(body.source).toBe("chloe");
  });

  it("refuses what is no link", async () => {
    const code = async (method: string, path: string, body?: JsonObject) =>
      (await world.ask(method, path, body)).body.code;
    const user = pair.a;
    expect(await code("POST", "/api/links", { a: user, b: { type: "user_id", value: " u-1 " } })).toBe(
      "link.same_identifier",
    );
    expect(await code("POST", "/api/links", { a: user, b: { type: "email", value: "guest" } })).toBe(
      "identifier.unusable",
    );
    expect(await code("POST", "/api/links", { a: user, b: { type: "E-Mail", value: "x" } })).toBe(
      "identifier.malformed",
    );
    expect(await code("POST", "/api/links", { a: user })).toBe("body.invalid");
    const long = { type: "email", value: `${"x".repeat(10_000)}@y.org` };
    expect(await code("POST", "/api/links", { a: user, b: long })).toBe("body.invalid");
    expect(await code("POST", "/api/links", { a: user, b: { ...long, value: `${"x".repeat(300)}@y.org` } })).toBe(
      "identifier.unusable",
    );
    expect(await code("POST", "/api/links", { ...pair, reason: " " })).toBe("body.invalid");
    expect(await code("DELETE", "/api/links/nonsense")).toBe("link.not_found");
    expect(await code("DELETE", `/api/links/0${"a".repeat(22)}.${"b".repeat(22)}`)).toBe("link.not_found");
  });
});
