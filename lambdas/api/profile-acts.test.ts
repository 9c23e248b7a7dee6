import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { memoryMembershipStore } from "#adapters/memory/membership-store.ts";
import { memoryProfileStore } from "#adapters/memory/profile-store.ts";
import type { JsonObject } from "#core/kernel/json.ts";
import type { ProfileId } from "#core/profiles/profile-id.ts";
import { membershipWrite, noMemberships } from "#core/segments/realtime/membership.ts";
import { listOf, text } from "#test/support/api-answers.ts";
import { type ApiWorld, apiWorld, duckDbLake, NOW } from "#test/support/api-world.ts";
import { signUp, visit } from "#test/support/visitor.ts";

const JUDGED = { definitionVersion: 1, cause: "event" };

const lake = await duckDbLake();
afterAll(() => lake.close());

let world: ApiWorld;
beforeEach(async () => {
  await lake.clear();
  world = await apiWorld(lake);
});

describe("profiles", () => {
  it("answers the profile of an identifier, however it is written and encoded", async () => {
    await world.take([visit, signUp]);
    const byEmail = await world.ask("GET", "/api/profiles/email:ANA@example.org");
    expect(byEmail.status).toBe(200);
    expect(byEmail.body).toMatchObject({
      traits: { first_name: "Ana" },
      identifiers: [
        { type: "user_id", value: "u/1:x+y" },
        { type: "email", value: "ana@example.org" },
        { type: "anonymous_id", value: "a-1" },
      ],
      firstSeen: "2026-11-01T08:00:00.000Z",
    });
    const { id } = byEmail.body;
    for (const path of [
      "/api/profiles/email%3Aana%40example.org",
      "/api/profiles/user_id:u%2F1%3Ax%2By",
      // As an HTTP API hands it over: decoded.
      "/api/profiles/user_id:u/1:x+y",
      `/api/profiles/id:${text(id)}`,
      "/api/profiles/anonymous_id:a-1/",
    ]) {
      expect((await world.ask("GET", path)).body.id, path).toBe(id);
    }
  });

  it("tells the segments that somebody is in", async () => {
    const memberships = memoryMembershipStore(memoryProfileStore());
    world = await apiWorld(lake, { memberships });
    await world.take([signUp]);
    const asked = async () => (await world.ask("GET", "/api/profiles/email:ana@example.org")).body;
    expect((await asked()).segments).toEqual([]);
    const id = text((await asked()).id) as ProfileId;
    const verdicts = ["loyal", "active"].map((segmentId) => ({ ...JUDGED, segmentId, isMember: true }));
    const write = membershipWrite(
      id,
      noMemberships,
      [...verdicts, { ...JUDGED, segmentId: "gone", isMember: false }],
      NOW,
    );
    expect(await memberships.write(write === undefined ? [] : [write])).toEqual(new Set());
    expect((await asked()).segments).toEqual(["active", "loyal"]);
  });

  it("leads from every id a profile ever had to the profile it is now", async () => {
    await world.take([signUp]);
    const before = (await world.ask("GET", "/api/profiles/email:ana@example.org")).body.id;
    await world.take([visit]);
    const now = (await world.ask("GET", `/api/profiles/id:${text(before)}`)).body;
    expect(now.id).not.toBe(before);
    expect(now.aliases).toContain(before);
  });

  it("finds by a bare value of any type, by type:value and by profile id, and answers none where there is none", async () => {
    await world.take([visit, signUp, { type: "track", event: "x", userId: "a-1", timestamp: "2026-11-01T10:00:00Z" }]);
    const found = async (query: string): Promise<readonly JsonObject[]> =>
      listOf((await world.ask("GET", `/api/profiles?query=${encodeURIComponent(query)}`)).body.profiles);
    expect(await found(" ana@EXAMPLE.org ")).toHaveLength(1);
    expect(await found("user_id:u/1:x+y")).toHaveLength(1);
    expect(await found("u/1:x+y")).toHaveLength(1);
    expect(await found("a-1"), "an anonymous id and a user id").toHaveLength(2);
    const [one] = await found("u/1:x+y");
    expect(await found(text(one?.id))).toEqual([one]);
    expect(await found("nobody")).toEqual([]);
  });

  it("says what is wrong with what names nobody", async () => {
    const codes: Record<string, unknown> = {};
    for (const named of ["email:x@y.org", "nocolon", "email:notanaddress", "user_id:null", "id:p_1", "id:zzz"]) {
      codes[named] = (await world.ask("GET", `/api/profiles/${named}`)).body.code;
    }
    expect(codes).toEqual({
      "email:x@y.org": "profile.not_found",
      nocolon: "identifier.malformed",
      "email:notanaddress": "identifier.unusable",
      "user_id:null": "identifier.unusable",
      "id:p_1": "profile.not_found",
      "id:zzz": "profile.not_found",
    });
  });
});

describe("events of a profile", () => {
  const at = (minute: number, event: string) => ({
    type: "track",
    event,
    anonymousId: "a-1",
    messageId: `e-${minute}-${event}`,
    timestamp: new Date(NOW - minute * 60_000).toISOString(),
  });

  it("are those of all its identifiers, latest first, each once, in pages that neither miss nor repeat", async () => {
    const shop = [at(5, "A"), at(3, "B"), at(3, "C"), at(9, "D")];
    await world.take([...shop, signUp]);
    await world.take(shop);
    await world.take([{ ...at(1, "else"), anonymousId: "a-2" }]);
    const names: unknown[] = [];
    let path: string | null = "/api/profiles/email:ana@example.org/events?limit=2";
    while (path !== null) {
      const { body } = await world.ask("GET", path);
      names.push(...listOf(body.events).map(({ event }) => event));
      path = body.next === null ? null : `/api/profiles/anonymous_id:a-1/events?limit=2&cursor=${text(body.next)}`;
    }
    expect(names).toEqual(["B", "C", "A", "D", "identify"]);
  });

  it("can be asked for by name and time, and hold what was sent", async () => {
    await world.take([
      { ...at(5, "Order Completed"), properties: { revenue: 12.5, note: "it's" } },
      at(50, "A"),
      at(2, "A"),
    ]);
    const orders = await world.ask("GET", "/api/profiles/anonymous_id:a-1/events?event=Order%20Completed");
    expect(listOf(orders.body.events)).toMatchObject([{ properties: { revenue: 12.5, note: "it's" }, source: "shop" }]);
    const since = new Date(NOW - 10 * 60_000).toISOString();
    const recent = await world.ask("GET", `/api/profiles/anonymous_id:a-1/events?event=A&since=${since}`);
    expect(listOf(recent.body.events)).toHaveLength(1);
  });

  it("refuses a cursor that is not its own", async () => {
    await world.take([visit]);
    const { body } = await world.ask("GET", "/api/profiles/anonymous_id:a-1/events?cursor=WyJ4Il0");
    expect(body.code).toBe("page.bad_cursor");
  });
});
