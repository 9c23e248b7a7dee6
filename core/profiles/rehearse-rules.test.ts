import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memoryComponentPages, memoryProfileStore } from "#adapters/memory/profile-store.ts";
import { IdentityRules } from "#core/identity/identity-rules.ts";
import { untoldByRehearsal } from "#core/identity/untold-by-rehearsal.ts";
import { type History, histories, tightRules } from "#test/contracts/histories.ts";
import { referenceProfiles } from "#test/contracts/reference-profiles.ts";
import { absorbEvents } from "./absorb-events.flow.ts";
import {
  addRehearsals,
  CHANGE_KINDS,
  emptyRehearsal,
  MOST_BIGGEST,
  MOST_EXAMPLES,
  type Rehearsal,
  withoutValues,
} from "./rehearsal.ts";
import { rehearsePage } from "./rehearse-rules.flow.ts";

/** Rules that decide over links which are all kept, so that what is stored tells all. */
const otherRules = fc
  .record({
    users: fc.constantFrom(1, 2, 3),
    emails: fc.constantFrom(1, 2, 9),
    maxIdentifiers: fc.constantFrom(3, 5, 9),
    sharedAbove: fc.constantFrom(1, 2),
    priority: fc.constantFrom(
      tightRules.priority,
      ["email", "loyalty_card", "user_id"],
      ["anonymous_id", "device_id", "email"],
    ),
  })
  .map(({ users, emails, ...rules }) => ({ ...tightRules, ...rules, limits: { user_id: users, email: emails } }));

async function storeOf(history: History, rules = tightRules) {
  const store = memoryProfileStore();
  await absorbEvents({ store, pause: async () => {} }, history, rules);
  return store;
}

async function rehearseAll(
  history: History,
  after: IdentityRules,
  { before = tightRules, limit = 1_000 } = {},
): Promise<Rehearsal> {
  const pages = memoryComponentPages(await storeOf(history, before));
  let all = emptyRehearsal();
  for (let cursor: string | undefined; ; ) {
    const page = await rehearsePage(pages, { before, after }, { after: cursor, limit });
    all = addRehearsals(all, page.rehearsal);
    cursor = page.next;
    if (cursor === undefined) return all;
  }
}

describe("a rehearsal of other rules", () => {
  it("counts what a build from all events would come to", async () => {
    await fc.assert(
      fc.asyncProperty(histories(), otherRules, async (history, after) => {
        const told = await rehearseAll(history, after);
        const [was, is] = [referenceProfiles(history, tightRules), referenceProfiles(history, after)];
        expect(told.profiles).toEqual({ before: was.length, after: is.length });
        const { mergesGained, mergesLost, idsGone, idsNew } = told.changes;
        expect(told.profiles.after).toBe(told.profiles.before - mergesGained.count + mergesLost.count);
        // The births of shared identifiers are not followed, so names there may differ from the reference's.
        if (told.changes.shared.count > 0 || was.some(({ firstSeen }) => firstSeen === undefined)) return;
        const [ids, newIds] = [new Set(was.map(({ id }) => id)), new Set(is.map(({ id }) => id))];
        expect(idsGone.count).toBe(ids.difference(newIds).size);
        expect(idsNew.count).toBe(newIds.difference(ids).size);
      }),
      { numRuns: 300 },
    );
  });

  it("finds nothing where the rules are the same", async () => {
    await fc.assert(
      fc.asyncProperty(histories(), async (history) => {
        const told = await rehearseAll(history, { ...tightRules });
        expect(told.componentsChanged).toBe(0);
        expect(CHANGE_KINDS.filter((kind) => told.changes[kind].count > 0)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it("comes to the same in pages of any size", async () => {
    await fc.assert(
      fc.asyncProperty(histories(), otherRules, fc.integer({ min: 1, max: 5 }), async (history, after, limit) => {
        expect(await rehearseAll(history, after, { limit })).toEqual(await rehearseAll(history, after));
      }),
      { numRuns: 100 },
    );
  });

  it("shows examples with identifiers, twenty of a kind, and hides values from who may not see them", async () => {
    const seen = (user: string, device: string, at: number) => ({
      messageId: `${user}-${device}`,
      source: "web",
      trust: "server" as const,
      type: "track" as const,
      name: "Seen",
      identifiers: [
        { type: "user_id", value: user },
        { type: "anonymous_id", value: device },
      ],
      eventTime: at,
      receivedAt: at,
      properties: {},
      traits: {},
      context: {},
    });
    const pairs = Array.from({ length: 30 }, (_, nth) => [
      seen(`first${nth}`, `d${nth}`, 1),
      seen(`second${nth}`, `d${nth}`, 2),
    ]);
    const after = { ...tightRules, limits: { user_id: 2 } };
    const told = await rehearseAll({ events: pairs.flat(), assertions: [] }, after);
    expect(told.changes.mergesGained.count).toBe(30);
    expect(told.changes.mergesGained.examples).toHaveLength(MOST_EXAMPLES);
    expect(told.biggest.components).toHaveLength(MOST_BIGGEST);
    const [example] = told.changes.mergesGained.examples;
    expect(example?.before).toHaveLength(2);
    expect(example?.after[0]?.identifiers.map(({ type }) => type)).toEqual(["user_id", "user_id", "anonymous_id"]);
    expect(JSON.stringify(told)).toContain("first0");
    expect(JSON.stringify(withoutValues(told))).not.toMatch(/first|second/);
  });

  it("tells which identifiers the rules would come to block, also where they stand alone", async () => {
    const alone = { type: "email", value: "info@shop.example" };
    const event = {
      messageId: "m",
      source: "web",
      trust: "server" as const,
      type: "track" as const,
      name: "Seen",
      identifiers: [alone],
      eventTime: 1,
      receivedAt: 1,
      properties: {},
      traits: {},
      context: {},
    };
    const after = { ...tightRules, blocked: { email: [alone.value] } };
    const told = await rehearseAll({ events: [event], assertions: [] }, after);
    expect(told.changes.blocked).toMatchObject({ count: 1, examples: [{ about: alone }] });
    expect(told.profiles).toEqual({ before: 1, after: 1 });
  });
});

describe("what a rehearsal cannot tell", () => {
  const codes = (before: object, after: object) =>
    untoldByRehearsal(IdentityRules.parse(before), IdentityRules.parse(after)).map(({ code }) => code);

  it.each([
    [{}, {}, []],
    [{}, { limits: { user_id: 1, email: 3 }, maxIdentifiers: 50, priority: ["email"], sharedAbove: 5 }, []],
    [{}, { limits: { user_id: 1, phone: 0 } }, ["blocked_links"]],
    [{ limits: { phone: 0 } }, {}, ["unblocked"]],
    [{ blocked: { email: ["a@b.c"] } }, { blockedPatterns: { email: ["a@.+"] } }, ["blocked_links", "unblocked"]],
    [{}, { phoneRegion: "DE" }, ["phone_region"]],
    [{}, { sharedAbove: 11, quarantineAbove: 600 }, ["shared_above_raised", "quarantine_raised"]],
    [{}, { quarantineAbove: 400 }, ["quarantine_lowered"]],
  ])("%j to %j: %j", (before, after, expected) => {
    expect(codes(before, after)).toEqual(expected);
  });
});
