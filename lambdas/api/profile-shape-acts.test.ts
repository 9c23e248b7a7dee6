import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { Json, JsonObject } from "#core/kernel/json.ts";
import { listOf, text } from "#test/support/api-answers.ts";
import { type ApiWorld, apiWorld, duckDbLake } from "#test/support/api-world.ts";

const lake = await duckDbLake();
afterAll(() => lake.close());

let world: ApiWorld;
beforeEach(async () => {
  await lake.clear();
  world = await apiWorld(lake);
});

const as = (username: string) => ({ authorizer: { jwt: { claims: { username }, scopes: [] } } });
const ana = {
  type: "identify",
  userId: "ana",
  anonymousId: "tablet",
  traits: { email: "ana@example.org" },
  messageId: "1",
};
const ben = {
  type: "identify",
  anonymousId: "phone",
  traits: { email: "ben@example.org" },
  messageId: "2",
  timestamp: "2026-11-01T09:00:00Z",
};

const get = async (path: string) => (await world.ask("GET", `/api/profiles/${path}`)).body;
const namesOf = async (named: string) =>
  listOf((await get(named)).identifiers).map(({ type, value }) => `${text(type)}:${text(value)}`);
const shape = async (path: string, body: Json, who = "chloe") => {
  const answer = await world.ask("POST", `/api/profiles/${path}`, body, {}, as(who));
  await world.settle();
  return answer;
};

describe("merging and splitting", () => {
  beforeEach(() => world.take([ana, ben]));

  it("makes one of two and two of one, each as it was asked, with who and why", async () => {
    const before = [await get("user_id:ana"), await get("email:ben@example.org")];
    const merge = await shape("user_id:ana/merge", { with: "email:ben@example.org", reason: "same household" });
    expect(merge.body).toMatchObject({
      act: "merge",
      who: "chloe",
      reason: "same household",
      asserted: [
        { a: { type: "user_id", value: "ana" }, b: { type: "email", value: "ben@example.org" }, verdict: "same" },
      ],
      retracted: [],
    });
    expect(await namesOf("anonymous_id:phone")).toHaveLength(5);
    const split = await shape(
      "user_id:ana/split",
      { identifiers: ["email:BEN@example.org", { type: "anonymous_id", value: "phone" }], reason: "two people" },
      "ben",
    );
    expect(split.body).toMatchObject({
      retracted: [{ id: listOf(merge.body.asserted)[0]?.id, source: "chloe" }],
      asserted: [{ verdict: "different", source: "ben" }],
    });
    expect(listOf(split.body.profiles).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    expect(await namesOf("user_id:ana")).toEqual(["user_id:ana", "email:ana@example.org", "anonymous_id:tablet"]);
    expect(await namesOf("email:ben@example.org")).toEqual(["email:ben@example.org", "anonymous_id:phone"]);

    const events = [
      {
        type: "track",
        event: "x",
        userId: "ana",
        anonymousId: "phone",
        messageId: "3",
        timestamp: "2026-11-02T09:59:00Z",
      },
    ];
    await world.take(events);
    expect(await namesOf("email:ben@example.org"), "events do not undo it").toHaveLength(2);
    const again = await shape("user_id:ana/merge", { with: "email:ben@example.org", reason: "no, one" });
    expect(listOf(again.body.retracted)).toHaveLength(1);
    expect(await namesOf("user_id:ana"), "people do").toHaveLength(5);
  });

  it("shows what would come of it, and does nothing, on a dry run", async () => {
    const asked = { with: "anonymous_id:phone", reason: "?", dryRun: true };
    const dry = await shape("user_id:ana/merge", asked);
    expect(listOf(listOf(dry.body.profiles)[0]?.identifiers)).toHaveLength(5);
    expect(dry.body.words).toContain("Would make one profile: ");
    expect(await namesOf("user_id:ana")).toHaveLength(3);
    const split = await shape("user_id:ana/split", { identifiers: ["anonymous_id:tablet"], reason: "?", dryRun: true });
    expect(listOf(split.body.profiles).map(({ identifiers }) => listOf(identifiers).length)).toEqual([2, 1]);
    expect(await namesOf("user_id:ana")).toHaveLength(3);
  });

  it("says nothing of what is one person already", async () => {
    const { body } = await shape("user_id:ana/merge", { with: "anonymous_id:tablet", reason: "sure" });
    expect(body).toMatchObject({ asserted: [], words: "They are one profile already: there is nothing to say." });
  });

  it("refuses, in words, what cannot be", async () => {
    await world.take([{ type: "identify", userId: "eve", traits: {}, messageId: "4" }]);
    const told: Record<string, unknown> = {};
    const cases: readonly (readonly [string, JsonObject])[] = [
      ["merge", { with: "user_id:eve", reason: "x" }],
      ["merge", { with: "user_id:nobody", reason: "x" }],
      ["merge", { with: "nocolon", reason: "x" }],
      ["merge", { with: "email:ben@example.org" }],
      ["merge", { with: "email:ben@example.org", reason: "  " }],
      ["split", { identifiers: ["email:ben@example.org"], reason: "x" }],
      ["split", { identifiers: ["user_id:\u0430na"], reason: "x" }],
      ["split", { identifiers: [`user_id:${"a".repeat(1_090)}`], reason: "x" }],
      ["split", { identifiers: [`user_id:${"a".repeat(10_000)}`], reason: "x" }],
      ["split", { identifiers: ["user_id"], reason: "x" }],
      ["split", { identifiers: [], reason: "x" }],
      ["split", { identifiers: ["user_id:ana", "email:ana@example.org", "anonymous_id:tablet"], reason: "x" }],
    ];
    for (const [at, [act, body]] of cases.entries()) {
      told[at] = (await shape(`user_id:ana/${act}`, body)).body.code;
    }
    expect(Object.values(told)).toEqual([
      "merge.refused",
      "profile.not_found",
      "identifier.malformed",
      "body.invalid",
      "body.invalid",
      "split.not_in_profile",
      "split.not_in_profile",
      "identifier.unusable",
      "body.invalid",
      "identifier.malformed",
      "body.invalid",
      "split.nothing_left",
    ]);
    expect((await shape("user_id:nobody/split", { identifiers: ["user_id:a"], reason: "x" })).body.code).toBe(
      "profile.not_found",
    );
  });

  it("says by which methods a path is asked", async () => {
    const answer = await world.ask("GET", "/api/profiles/user_id:ana/merge");
    expect([answer.status, answer.headers.allow]).toEqual([405, "POST"]);
    expect((await world.ask("DELETE", "/api/profiles/user_id:ana")).headers.allow).toBe("GET");
  });
});

describe("the history of a profile", () => {
  it("tells who joined and left, what it was called, and who decided what, and why", async () => {
    await world.take([{ type: "page", anonymousId: "tablet", messageId: "0", timestamp: "2026-11-01T08:00:00Z" }]);
    await world.take([ana, ben]);
    await shape("user_id:ana/merge", { with: "email:ben@example.org", reason: "same household" });
    await shape(
      "user_id:ana/split",
      { identifiers: ["email:ben@example.org", "anonymous_id:phone"], reason: "twins" },
      "ben",
    );
    const { entries } = await get("user_id:ana/history");
    expect(listOf(entries).map(({ kind, words }) => [kind, words])).toEqual([
      ["began", expect.stringContaining("First known, by ")],
      [
        "merged",
        expect.stringMatching(
          /^Became one with p_\S+, which brought .*ben@example.org.* chloe merged them \(same household\)\.$/,
        ),
      ],
      ["shrank", expect.stringMatching(/^Parted from .*ben@example.org.* ben split them \(twins\)\.$/)],
    ]);
    const ofBen = await get("email:ben@example.org/history");
    expect(listOf(ofBen.entries).map(({ kind }) => kind)).toEqual(["began", "merged", "shrank"]);
    expect(listOf(ofBen.entries)[2]?.profileId).toBe((await get("email:ben@example.org")).id);
  });

  it("keeps the audit of what moved nobody, each act once however often it is told", async () => {
    await world.take([ana, ben]);
    const links = { a: { type: "user_id", value: "ana" }, b: { type: "email", value: "ben@example.org" } };
    const made = await world.ask("POST", "/api/links", { ...links, verdict: "different", reason: "neighbours" });
    await world.settle();
    await world.ask("DELETE", `/api/links/${text(made.body.id)}?reason=moved`);
    await world.settle();
    const { rows } = await lake.query("SELECT * FROM link_changes");
    await lake.query(
      "INSERT INTO link_changes SELECT * REPLACE (TIMESTAMP '2099-01-01' AS changed_at) FROM link_changes",
    );
    expect(rows).toHaveLength(2);
    const audit = await lake.query(
      "SELECT change, verdict, who, reason, CAST(changed_at AS VARCHAR) FROM link_audit ORDER BY change",
    );
    expect(audit.rows).toEqual([
      ["asserted", "different", "operator", "neighbours", "2026-11-02 10:00:00"],
      ["retracted", "different", "operator", "moved", "2026-11-02 10:00:00"],
    ]);
    const { entries } = await get("user_id:ana/history");
    const said = listOf(entries).filter(({ kind }) => kind === "said");
    expect(said.map(({ words }) => words)).toEqual([
      "Nobody moved. operator said that user_id:ana and email:ben@example.org are two people (neighbours).",
      "Nobody moved. operator took back that user_id:ana and email:ben@example.org are two people (moved).",
    ]);
  });
});
