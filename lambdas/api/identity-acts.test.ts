import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { IdentityRules } from "#core/identity/identity-rules.ts";
import type { JsonObject } from "#core/kernel/json.ts";
import { text } from "#test/support/api-answers.ts";
import { type ApiWorld, apiWorld, duckDbLake } from "#test/support/api-world.ts";
import { deployedIdentity } from "./deployed-identity.ts";

const lake = await duckDbLake();
afterAll(() => lake.close());

let world: ApiWorld;
beforeEach(async () => {
  await lake.clear();
  world = await apiWorld(lake);
});

const TIGHT = { limits: { user_id: 1, email: 1 } };
const signedUp = (userId: string, email: string, minute: number) => ({
  messageId: `${userId} ${email}`,
  type: "identify",
  userId,
  timestamp: `2026-11-01T08:0${minute}:00Z`,
  traits: { email },
});
const people = ["ana", "bob", "eve"].flatMap((name) => [
  signedUp(name, `${name}@home.example`, 1),
  signedUp(name, `${name}@work.example`, 2),
]);

describe("rules of identity", () => {
  it("are shown whole, with whether all is told of them", async () => {
    const { status, body } = await world.ask("GET", "/api/identity/rules");
    expect([status, body]).toEqual([200, { rules: { ...IdentityRules.parse({}) }, retelling: null }]);
  });

  it("are handed on whole where they are to be applied, and refused in words", async () => {
    expect((await world.ask("PUT", "/api/identity/rules", TIGHT)).body.rules).toMatchObject(TIGHT);
    expect(world.log).toContainEqual(["identity.apply", IdentityRules.parse(TIGHT)]);
    const refused = await world.ask("PUT", "/api/identity/rules", { limits: { email: -1 } });
    expect([refused.status, refused.body.code]).toEqual([400, "identity_rules.bad"]);
    expect(refused.body.message).toContain("limits.email: at least 0 is expected");
  });

  it("are deployed in the cloud, and say how", async () => {
    world = await apiWorld(lake, { identity: deployedIdentity(world.ports.identity.pages, undefined) });
    const refused = await world.ask("PUT", "/api/identity/rules", TIGHT);
    expect([refused.status, refused.body.code]).toEqual([409, "identity_rules.deployed"]);
    expect(refused.body.message).toContain("identityRulesBefore");
    expect((await world.ask("POST", "/api/identity/retell", {})).body.code).toBe("identity_rules.nothing_to_retell");
  });
});

describe("a dry run", () => {
  const rehearse = async (asked: JsonObject) => (await world.ask("POST", "/api/identity/dry-run", asked)).body;

  it("says what other rules would do, a page at a time, and touches nothing", async () => {
    await world.take(people);
    const all = await rehearse({ rules: TIGHT });
    expect(all).toMatchObject({
      rehearsal: { profiles: { before: 3, after: 6 }, changes: { mergesLost: { count: 3 } } },
      cannotTell: [],
      next: null,
    });
    let [profiles, pages] = [0, 0];
    for (let cursor: string | null | undefined; cursor !== null; pages++) {
      const page = await rehearse({ rules: TIGHT, limit: 4, ...(cursor === undefined ? {} : { cursor }) });
      profiles += (page.rehearsal as { profiles: { after: number } }).profiles.after;
      cursor = page.next === null ? null : text(page.next);
    }
    expect([profiles, pages]).toEqual([6, 3]);
    expect((await world.ask("GET", "/api/profiles/email:ana@work.example")).body.version).toBe(1);
  });

  it("shows values only where they are asked for, says what it cannot tell, and refuses foreign cursors", async () => {
    await world.take(people);
    const blocking = { blocked: { user_id: ["ana"] } };
    const shown = await rehearse({ rules: blocking });
    expect(JSON.stringify(shown)).toContain("ana@home.example");
    const hidden = await rehearse({ rules: blocking, values: false });
    expect(JSON.stringify(hidden)).not.toContain("@");
    expect(hidden.cannotTell).toMatchObject([{ code: "blocked_links" }]);
    expect((await rehearse({ rules: TIGHT, cursor: "x" })).code).toBe("page.bad_cursor");
    expect((await rehearse({ rules: { limit: 1 } })).code).toBe("identity_rules.bad");
  });
});

describe("retelling, after rules were deployed", () => {
  it("writes again what the rules change, once for each time it is asked", async () => {
    const { ports } = world;
    await world.take(people);
    world = await apiWorld(lake, {
      store: ports.store,
      rules: IdentityRules.parse(TIGHT),
      identity: deployedIdentity(ports.identity.pages, IdentityRules.parse({})),
    });
    const retold = await world.ask("POST", "/api/identity/retell", {});
    expect(retold.body).toMatchObject({ retold: 3, looked: 9, next: null });
    expect((await world.ask("GET", "/api/profiles/user_id:ana")).body.version).toBe(2);
  });
});
