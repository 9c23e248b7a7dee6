import { describe, expect, it } from "vitest";
import { eventually } from "#test/support/eventually.ts";
import { tributaryOfThisFile } from "#test/support/tributary-of-this-file.ts";

const tributary = tributaryOfThisFile();
const profile = async (named: string) => (await tributary.api(`/api/profiles/${named}`)).body;

/** Who is whom, as the lake has it: each identifier with a number for its profile, in the order of their first rows. */
const people = async (): Promise<readonly string[]> => {
  const rows = await tributary.rows("SELECT identity_key, profile_id FROM identity_map ORDER BY identity_key");
  return [...Map.groupBy(rows, ([, id]) => id).values()].map((those) => those.map(([key]) => key).join(" + "));
};

describe("6 · Two people, one tablet", () => {
  /*
   * Ana and Ben share a tablet. Each signs in on it, so each time one event carries the tablet's anonymous id and the id
   * of an account. Elsewhere somebody subscribes to the newsletter, on a phone.
   */
  it("keeps two accounts apart that were used on one device, and says why", async () => {
    const at = (time: string, event: Record<string, unknown>) => ({
      ...event,
      timestamp: `2026-11-01T${time}:00Z`,
      messageId: time,
    });
    await tributary.send("/v1/batch", {
      batch: [
        at("09:00", { type: "identify", userId: "ana", anonymousId: "tablet", traits: { firstName: "Ana" } }),
        at("20:00", { type: "identify", userId: "ben", anonymousId: "tablet", traits: { firstName: "Ben" } }),
        at("21:00", { type: "identify", anonymousId: "phone", traits: { email: "hello@example.org" } }),
        at("21:05", { type: "track", anonymousId: "phone", event: "Newsletter Opened" }),
      ],
    });
    await eventually(async () => {
      expect(await people()).toEqual([
        "anonymous_id:phone + email:hello@example.org",
        "anonymous_id:tablet + user_id:ana",
        "user_id:ben",
      ]);
    });

    /* One profile holds one account. The tablet is Ana's, who came first; Ben's link to it is kept, and refused. */
    const { links } = await profile("user_id:ben/explain");
    expect(links.map(({ state, because }: Record<string, string>) => [state, because])).toEqual([
      [
        "refused",
        "An event from default carried both, which makes them one person: user_id:ben and anonymous_id:tablet. " +
          "Not done: one profile may hold at most 1 user_id, and a stronger link came first.",
      ],
    ]);
  });

  /*
   * A person may not do it either. What a merge would come to is tried out before anything is said, so a refusal leaves
   * nothing behind.
   */
  it("refuses to merge two accounts", async () => {
    const { status, body } = await tributary.api("/api/profiles/user_id:ana/merge", {
      with: "user_id:ben",
      reason: "one household",
    });
    expect([status, body.code]).toEqual([409, "merge.refused"]);
    expect(body.message).toContain("at most 1 user_id");
  });

  /*
   * Then support makes a mistake: whoever reads the newsletter must be Ana. `dryRun` shows what would come of it. Without
   * it, it is done: a link between the strongest identifier of each, with who said it and why.
   */
  it("lets a person merge two profiles, wrongly", async () => {
    const asked = { with: "email:hello@example.org", reason: "said so on the phone" };
    const dry = await tributary.api("/api/profiles/user_id:ana/merge", { ...asked, dryRun: true });
    expect(dry.body.words).toMatch(/^Would make one profile: /);
    expect(await tributary.rows("SELECT * FROM link_audit")).toEqual([]);

    const merged = await tributary.api("/api/profiles/user_id:ana/merge", asked);
    expect(merged.status).toBe(200);
    await eventually(async () => {
      expect(await people()).toEqual([
        "anonymous_id:phone + anonymous_id:tablet + email:hello@example.org + user_id:ana",
        "user_id:ben",
      ]);
    });
    /* What the newsletter's reader did is Ana's now, all of it: no row of the log was touched, only who is whom. */
    const { id } = await profile("user_id:ana");
    expect(await tributary.rows(`SELECT event FROM events WHERE profile_id = '${id}' ORDER BY event_time`)).toEqual([
      ["identify"],
      ["identify"],
      ["Newsletter Opened"],
    ]);
    expect(
      await tributary.rows("SELECT change, act, verdict, identity_key_a, identity_key_b, who, reason FROM link_audit"),
    ).toEqual([
      ["asserted", "merge", "same", "user_id:ana", "email:hello@example.org", "operator", "said so on the phone"],
    ]);
  });

  /*
   * Explain shows on which link the wrong half hangs, and what would be left without it: the first half of the answer to
   * "why does Ana get a newsletter?".
   */
  it("shows on what the profile hangs", async () => {
    const { identifiers, weakest } = await profile("user_id:ana/explain");
    const phone = identifiers.find(({ value }: { value: string }) => value === "phone");
    expect(phone.path.map(({ to }: { to: { value: string } }) => to.value)).toEqual(["hello@example.org", "ana"]);
    expect(weakest[0].because).toMatch(/^Without it the profile would fall into 2: /);
  });

  /*
   * The newsletter's reader is Ben. Splitting names the identifiers that are another person's: the merge is taken back,
   * and that the two are two people is said, so that no event brings them together again.
   */
  it("separates them again, exactly as they were", async () => {
    const split = await tributary.api("/api/profiles/user_id:ana/split", {
      identifiers: ["email:hello@example.org", "anonymous_id:phone"],
      reason: "it is Ben who reads it",
    });
    expect([
      split.body.retracted.length,
      split.body.asserted.map(({ verdict }: { verdict: string }) => verdict),
    ]).toEqual([1, ["different"]]);
    await eventually(async () => {
      expect(await people()).toEqual([
        "anonymous_id:phone + email:hello@example.org",
        "anonymous_id:tablet + user_id:ana",
        "user_id:ben",
      ]);
    });
    await tributary.api("/api/profiles/user_id:ben/merge", { with: "anonymous_id:phone", reason: "asked him" });
    await eventually(async () => {
      expect(await people()).toContain("anonymous_id:phone + email:hello@example.org + user_id:ben");
    });
    const { id } = await profile("user_id:ben");
    expect(await tributary.rows(`SELECT event FROM events WHERE profile_id = '${id}' ORDER BY event_time`)).toEqual([
      ["identify"],
      ["identify"],
      ["Newsletter Opened"],
    ]);
  });

  /* Nothing of it is forgotten. The history of a profile tells it to a person; the audit tells it to a query. */
  it("remembers who did what, and why", async () => {
    const { entries } = await profile("user_id:ana/history");
    expect(entries.map(({ kind, words }: Record<string, string>) => [kind, words])).toEqual([
      ["began", expect.stringMatching(/^First known, by .*user_id:ana/)],
      ["merged", expect.stringMatching(/hello@example\.org.* operator merged them \(said so on the phone\)\.$/)],
      ["shrank", expect.stringMatching(/^Parted from .* operator split them \(it is Ben who reads it\)\.$/)],
    ]);
    expect(
      await tributary.rows(
        "SELECT change, act, verdict, identity_key_a, identity_key_b, reason FROM link_audit ORDER BY stated_at, change, link_id",
      ),
    ).toEqual([
      ["asserted", "merge", "same", "user_id:ana", "email:hello@example.org", "said so on the phone"],
      ["asserted", "split", "different", "user_id:ana", "email:hello@example.org", "it is Ben who reads it"],
      ["retracted", "split", "same", "user_id:ana", "email:hello@example.org", "it is Ben who reads it"],
      ["asserted", "merge", "same", "user_id:ben", "email:hello@example.org", "asked him"],
    ]);
  });
});
