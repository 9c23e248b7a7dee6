import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "#core/kernel/json.ts";
import { text } from "#test/support/api-answers.ts";
import { type ApiWorld, apiWorld, duckDbLake } from "#test/support/api-world.ts";
import { visit } from "#test/support/visitor.ts";

const lake = await duckDbLake();
afterAll(() => lake.close());

let world: ApiWorld;
beforeEach(async () => {
  await lake.clear();
  world = await apiWorld(lake);
});

describe("segments", () => {
  const everybody = { not: { trait: "nobody_has_it", exists: true } };
  const loyal = { name: "Fidèles, 90 jours !", condition: { trait: "city", eq: "Lyon" } };

  it("are created, read, changed by version and deleted", async () => {
    const made = await world.ask("POST", "/api/segments", loyal);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ id: "fideles-90-jours", version: 1, ...loyal });
    expect(made.headers.etag).toBe('"1"');
    const path = "/api/segments/fideles-90-jours";
    expect((await world.ask("GET", path)).body).toEqual(made.body);
    const change = { ...made.body, name: "Loyal" };
    expect((await world.ask("PUT", path, change)).body).toMatchObject({ version: 2, name: "Loyal" });
    expect((await world.ask("PUT", path, change)).body.code).toBe("definition.changed");
    expect((await world.ask("PUT", path, loyal)).body.code).toBe("definition.version_needed");
    expect((await world.ask("PUT", path, loyal, { "if-match": '"2"' })).body.version).toBe(3);
    expect((await world.ask("DELETE", path)).body).toEqual({ id: "fideles-90-jours", deleted: true });
    expect((await world.ask("DELETE", path)).body.code).toBe("segment.not_found");
    expect((await world.ask("PUT", path, change)).body.code).toBe("segment.not_found");
  });

  it("that share a name get ids of their own; an id that is asked for is got once", async () => {
    await world.ask("POST", "/api/segments", loyal);
    expect((await world.ask("POST", "/api/segments", loyal)).body.id).toBe("fideles-90-jours-2");
    expect((await world.ask("POST", "/api/segments", { ...loyal, id: "mine" })).status).toBe(201);
    expect((await world.ask("POST", "/api/segments", { ...loyal, id: "mine" })).body.code).toBe("definition.exists");
    expect((await world.ask("POST", "/api/segments", { ...loyal, id: "No Good" })).body.code).toBe("definition.bad_id");
    expect((await world.ask("POST", "/api/segments", { ...loyal, name: "日本" })).body.id).toBe("segment");
  });

  it("may name one another, but not in a circle, nor what is not there, nor lose what is used", async () => {
    const code = async (method: string, path: string, body?: JsonObject) =>
      (await world.ask(method, path, body)).body.code;
    await world.ask("POST", "/api/segments", { ...loyal, id: "a" });
    expect(await code("POST", "/api/segments", { ...loyal, id: "b", condition: { segment: "a" } })).toBeUndefined();
    const { sentence } = (await world.ask("GET", "/api/segments/b")).body;
    expect(sentence, "called by its name").toMatchObject({
      en: expect.stringContaining(loyal.name),
      fr: expect.stringContaining(loyal.name),
    });
    const circle = await world.ask("PUT", "/api/segments/a", { ...loyal, condition: { segment: "b" }, version: 1 });
    expect(circle.body).toMatchObject({ code: "segment.cycle", message: expect.stringContaining("a → b → a") });
    expect(await code("POST", "/api/segments", { ...loyal, condition: { segment: "z" } })).toBe(
      "segment.unknown_segment",
    );
    expect(await code("POST", "/api/segments", { ...loyal, id: "c", condition: { segment: "c" } })).toBe(
      "segment.cycle",
    );
    expect(await code("DELETE", "/api/segments/a")).toBe("segment.in_use");
  });

  it("are previewed with a count, a sample, a sentence and the query", async () => {
    await world.take([visit, { ...visit, anonymousId: "a-2", messageId: "m-9" }]);
    const { body } = await world.ask("POST", "/api/segments/preview", {
      condition: everybody,
      now: "2026-01-01",
    });
    expect(body).toMatchObject({
      count: 2,
      sql: expect.stringContaining("profile_id"),
      now: "2026-01-01T00:00:00.000Z",
    });
    expect(body.sample).toHaveLength(2);
    expect((await world.ask("POST", "/api/segments/preview", { condition: { trait: 1 } })).body.code).toBe(
      "segment.bad_condition",
    );
    expect((await world.ask("POST", "/api/segments/preview", { ...loyal, now: "yesterday" })).body.code).toBe(
      "body.invalid",
    );
  });

  it("list their members in pages of one moment and one version", async () => {
    const people = Array.from({ length: 5 }, (_, n) => ({ ...visit, anonymousId: `p-${n}`, messageId: `p-${n}` }));
    await world.take(people);
    await world.ask("POST", "/api/segments", { name: "All", condition: everybody, id: "a" });
    const first = await world.ask("GET", "/api/segments/a/members?limit=3&now=2026-11-01T00:00:00Z");
    expect(first.body).toMatchObject({ count: 5, now: "2026-11-01T00:00:00.000Z", version: 1 });
    const second = await world.ask("GET", `/api/segments/a/members?limit=3&cursor=${text(first.body.next)}`);
    expect(second.body).toMatchObject({ count: 5, now: "2026-11-01T00:00:00.000Z", next: null });
    const all = [...(first.body.members as string[]), ...(second.body.members as string[])];
    expect(all).toHaveLength(5);
    expect(all).toEqual([...new Set(all)].sort());
    await world.ask("PUT", "/api/segments/a", { ...loyal, version: 1 });
    const stale = await world.ask("GET", `/api/segments/a/members?limit=3&cursor=${text(first.body.next)}`);
    expect(stale.body.code).toBe("page.bad_cursor");
  });
});
