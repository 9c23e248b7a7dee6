import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { localSources } from "#adapters/local/local-sources.ts";
import type { Json, JsonObject } from "#core/kernel/json.ts";
import { listOf, text } from "#test/support/api-answers.ts";
import { type ApiWorld, apiWorld, duckDbLake } from "#test/support/api-world.ts";

const lake = await duckDbLake();
afterAll(() => lake.close());

let world: ApiWorld;
beforeEach(async () => {
  world = await apiWorld(lake);
});

const site = { name: "Web site", kind: "browser", allowedOrigins: ["https://shop.example"] };
const code = async (method: string, path: string, body?: Json): Promise<Json | undefined> =>
  (await world.ask(method, path, body)).body.code;
const keyIds = (source: JsonObject): readonly string[] => listOf(source.keys).map(({ id }) => text(id));
/** The source that a key belongs to now, as collection finds it. */
const owner = async (writeKey: Json | undefined): Promise<string | undefined> =>
  (await localSources(world.ports.sources).byWriteKey(text(writeKey)))?.id;

describe("sources", () => {
  it("are created with a key that is shown once, read, changed by version and deleted", async () => {
    const made = await world.ask("POST", "/api/sources", site);
    expect([made.status, made.headers.etag]).toEqual([201, '"1"']);
    const { writeKey, ...source } = made.body;
    expect(source).toMatchObject({ id: "web-site", version: 1, trust: "browser", enabled: true, ...site });
    expect(source.keys).toEqual([{ id: expect.stringMatching(/^\S{10}$/), createdAt: source.updatedAt }]);
    expect(await owner(writeKey)).toBe("web-site");
    const path = "/api/sources/web-site";
    expect((await world.ask("GET", path)).body).toEqual(source);
    expect((await world.ask("GET", "/api/sources")).body).toEqual({ sources: [source] });
    const changed = await world.ask("PUT", path, { ...source, enabled: false });
    expect(changed.body).toEqual({ ...source, version: 2, enabled: false });
    expect(await owner(writeKey)).toBe("web-site");
    expect(await code("PUT", path, source)).toBe("definition.changed");
    expect(await code("PUT", path, site)).toBe("definition.version_needed");
    expect((await world.ask("PUT", path, site, { "if-match": '"2"' })).body).toMatchObject({
      version: 3,
      enabled: true,
    });
    expect((await world.ask("DELETE", path)).body).toEqual({ id: "web-site", deleted: true });
    expect(await owner(writeKey)).toBeUndefined();
    expect(await code("DELETE", path)).toBe("source.not_found");
    expect(await code("GET", path)).toBe("source.not_found");
    expect(await code("PUT", path, source)).toBe("source.not_found");
    expect(await code("POST", `${path}/keys`)).toBe("source.not_found");
  });

  it("never show a key again, nor what is kept of it", async () => {
    const { writeKey } = (await world.ask("POST", "/api/sources", site)).body;
    const [stored] = await world.ports.sources.list();
    const hash = stored?.definition.keys[0]?.hash ?? "";
    expect(hash).not.toBe("");
    for (const path of ["/api/sources", "/api/sources/web-site"]) {
      const told = JSON.stringify((await world.ask("GET", path)).body);
      expect(told).not.toContain(hash);
      expect(told).not.toContain(text(writeKey));
    }
    expect(JSON.stringify(stored)).not.toContain(text(writeKey));
  });

  it("get ids of their names, or those that are asked for, once", async () => {
    await world.ask("POST", "/api/sources", site);
    expect((await world.ask("POST", "/api/sources", site)).body.id).toBe("web-site-2");
    expect((await world.ask("POST", "/api/sources", { ...site, id: "mine" })).status).toBe(201);
    expect(await code("POST", "/api/sources", { ...site, id: "mine" })).toBe("definition.exists");
    expect((await world.ask("POST", "/api/sources", { name: "日本" })).body.id).toBe("source");
  });

  it.each<[string, JsonObject, string]>([
    ["a bad id", { id: "No Good" }, "id: lower-case letters"],
    ["no kind that there is", { kind: "phone" }, '"browser"|"server"|"partner"'],
    [
      "an address for an origin",
      { allowedOrigins: ["https://shop.example/"] },
      "allowedOrigins.0: an origin is expected",
    ],
    ["a browser trusted like a server", { trust: "server" }, "trust: a browser's write key can be read by anybody"],
    ["a limit of nothing", { rateLimit: { eventsPerSecond: 0, burst: 1 } }, "rateLimit.eventsPerSecond"],
    ["what nobody knows", { colour: "red" }, '"colour"'],
  ])("with %s are refused in words", async (_what, more, words) => {
    const { status, body } = await world.ask("POST", "/api/sources", { ...site, ...more });
    expect([status, body.code]).toEqual([400, "body.invalid"]);
    expect(body.message).toContain(words);
  });

  it("are held to a tracking plan only if there is one", async () => {
    const held = (id: string) => ({ ...site, plan: { id, mode: "report" } });
    await world.ports.trackingPlans.put("shop-plan", { name: "Shop", unplannedEvents: "report", events: [] }, 0);
    const unknown = await world.ask("POST", "/api/sources", held("shop-plam"));
    expect(unknown.body).toMatchObject({ code: "source.unknown_plan", message: expect.stringContaining("plan.id") });
    expect((await world.ask("POST", "/api/sources", held("shop-plan"))).status).toBe(201);
    expect(await code("PUT", "/api/sources/web-site", { ...held("shop-plam"), version: 1 })).toBe(
      "source.unknown_plan",
    );
  });
});

describe("write keys", () => {
  it("are rotated: a second is made, senders move over, the first is revoked", async () => {
    const first = (await world.ask("POST", "/api/sources", site)).body;
    const second = await world.ask("POST", "/api/sources/web-site/keys");
    expect([second.status, second.body.version]).toEqual([201, 2]);
    expect(keyIds(second.body)).toHaveLength(2);
    expect(keyIds(second.body)[1]).toBe(keyIds(first)[0]);
    expect([await owner(first.writeKey), await owner(second.body.writeKey)]).toEqual(["web-site", "web-site"]);
    const third = await world.ask("POST", "/api/sources/web-site/keys");
    expect([third.status, third.body.code]).toEqual([409, "source.two_keys"]);
    expect(third.body.message).toContain(keyIds(second.body).join(" and "));
    const path = `/api/sources/web-site/keys/${keyIds(first)[0]}`;
    const revoked = await world.ask("DELETE", path);
    expect([revoked.status, keyIds(revoked.body)]).toEqual([200, keyIds(second.body).slice(0, 1)]);
    expect([await owner(first.writeKey), await owner(second.body.writeKey)]).toEqual([undefined, "web-site"]);
    expect(await code("DELETE", path)).toBe("source.key_not_found");
  });

  it("are never revoked to the last by accident", async () => {
    const source = (await world.ask("POST", "/api/sources", site)).body;
    const path = `/api/sources/web-site/keys/${keyIds(source)[0]}`;
    const last = await world.ask("DELETE", path);
    expect([last.status, last.body.code]).toEqual([409, "source.last_key"]);
    await world.ask("PUT", "/api/sources/web-site", { ...site, enabled: false, version: 1 });
    expect((await world.ask("DELETE", path)).body.keys).toEqual([]);
    expect((await world.ask("POST", "/api/sources/web-site/keys")).status).toBe(201);
  });

  it("follow the version that is named, where one is", async () => {
    await world.ask("POST", "/api/sources", site);
    const asked = await world.ask("POST", "/api/sources/web-site/keys", undefined, { "if-match": '"7"' });
    expect(asked.body.code).toBe("definition.changed");
    expect((await world.ask("GET", "/api/sources/web-site")).body.version).toBe(1);
  });

  it("are made though somebody else changes the source meanwhile, and given up if that goes on", async () => {
    await world.ask("POST", "/api/sources", site);
    const { sources } = world.ports;
    let losses = 3;
    const contended = await apiWorld(lake, {
      newWriteKey: () => "another-key",
      sources: { ...sources, put: async (...given) => (losses-- > 0 ? undefined : sources.put(...given)) },
    });
    expect((await contended.ask("POST", "/api/sources/web-site/keys")).status).toBe(201);
    losses = Number.POSITIVE_INFINITY;
    expect((await contended.ask("DELETE", "/api/sources/web-site/keys/x")).body.code).toBe("source.key_not_found");
    const [, old] = keyIds((await contended.ask("GET", "/api/sources/web-site")).body);
    expect((await contended.ask("DELETE", `/api/sources/web-site/keys/${old}`)).body.code).toBe("definition.changed");
  });
});
