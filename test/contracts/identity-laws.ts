import assert from "node:assert/strict";
import * as fc from "fast-check";
import { describe, it } from "vitest";
import type { IdentityRules } from "#core/identity/identity-rules.ts";
import { assertLink, type LinkClaim } from "#core/identity/link.ts";
import { type Identifier, identifierText } from "#core/kernel/identifier.ts";
import { absorbEvents } from "#core/profiles/absorb-events.flow.ts";
import type { Assertion } from "#core/profiles/evidence.ts";
import { type History, histories, tightRules } from "./histories.ts";
import type { OpenEmptyStore } from "./identity-convergence.ts";
import { cut, randomFrom, shuffled } from "./random.ts";
import { type PlainProfile, referenceProfiles } from "./reference-profiles.ts";
import { storedProfiles } from "./stored-profiles.ts";

type Linking = Extract<Assertion, { readonly kind: "link" }>;

/** A person's word about two identifiers of a history, given after everything in it. */
function word(between: readonly [Identifier, Identifier], claim: Partial<LinkClaim>): Linking {
  const link = assertLink({
    between,
    class: "human",
    verdict: "same",
    source: "chloe",
    trust: "server",
    at: { at: 2_000, by: "w" },
    ...claim,
  });
  return { kind: "link", link, between };
}

const retraction = ({ link }: Linking): Assertion => ({ kind: "retraction", link: link.id });

/** Two different identifiers of a history; `undefined` where it has but one. */
function pairIn({ events }: History, nth: number): readonly [Identifier, Identifier] | undefined {
  const named = events.flatMap((event) => event.identifiers);
  const known = [...new Map(named.map((identifier) => [identifierText(identifier), identifier])).values()];
  const [one] = known.splice(nth % known.length, 1);
  const other = known[Math.floor(nth / 7) % Math.max(1, known.length)];
  return one === undefined || other === undefined ? undefined : [one, other];
}

/** What people decided aside, because two decisions compete by their own order. */
const withoutPeople = (history: History): History => ({
  events: history.events,
  assertions: history.assertions.filter((said) => said.kind === "retraction" || said.link.class !== "human"),
});

/** The same with rules that are stricter in one way. */
const tightened: readonly IdentityRules[] = [
  { ...tightRules, limits: { user_id: 1, email: 1, anonymous_id: 1 } },
  { ...tightRules, maxIdentifiers: 2 },
  { ...tightRules, sharedAbove: 1 },
  { ...tightRules, priority: ["anonymous_id", "email", "loyalty_card", "user_id"] },
  { ...tightRules, limits: { user_id: 1, email: 0 }, sharedAbove: 1 },
  { ...tightRules, blocked: { user_id: ["u0"], "*": ["c1"] }, blockedPatterns: { email: ["e[01]@x\\.org"] } },
];

/** What may be taken back and what may be asked otherwise, for a store: the laws of `docs/decisions/0035`. */
export function identityLaws(name: string, open: OpenEmptyStore, { runs = 100 } = {}): void {
  /** The profiles after each of several stretches, each in any order and cut anyhow. */
  const profilesAfter = async (
    seed: number,
    stretches: readonly History[],
    rules: IdentityRules = tightRules,
  ): Promise<readonly (readonly PlainProfile[])[]> => {
    const random = randomFrom(seed);
    const { store, close } = await open();
    const seen: (readonly PlainProfile[])[] = [];
    const whole = {
      events: stretches.flatMap((each) => each.events),
      assertions: stretches.flatMap((each) => each.assertions),
    };
    try {
      for (const { events, assertions } of stretches) {
        const said = [
          ...events.map((event) => ({ events: [event], assertions: [] })),
          ...assertions.map((assertion) => ({ events: [], assertions: [assertion] })),
        ];
        for (const batch of cut(shuffled(said, random), 5, random)) {
          const together = {
            events: batch.flatMap((one) => one.events),
            assertions: batch.flatMap((one) => one.assertions),
          };
          await absorbEvents({ store, pause: async () => {} }, together, rules);
        }
        seen.push(await storedProfiles(store, whole, rules));
      }
    } finally {
      await close();
    }
    return seen;
  };
  const taking = (assertion: Assertion): History => ({ events: [], assertions: [assertion] });
  const holding = (check: (history: History, nth: number, seed: number) => Promise<void>) =>
    fc.asyncProperty(histories(), fc.nat(), fc.integer(), check);

  describe(`the laws of identity on ${name}`, () => {
    it.each(["same", "different"] as const)(
      "asserting `%s` and retracting it is never having asserted it",
      async (verdict) => {
        const law = holding(async (history, nth, seed) => {
          const between = pairIn(history, nth);
          fc.pre(between !== undefined);
          const said = word(between, { verdict });
          const [before, , undone] = await profilesAfter(seed, [history, taking(said), taking(retraction(said))]);
          assert.deepEqual(undone, before);
          // Nor does it matter that the retraction overtakes what it retracts, or comes twice.
          const [, , overtaken, again] = await profilesAfter(seed, [
            history,
            taking(retraction(said)),
            taking(said),
            taking(retraction(said)),
          ]);
          assert.deepEqual([overtaken, again], [before, before]);
        });
        await fc.assert(law, { numRuns: runs });
      },
    );
    it("splitting and taking the split back is as before the split", async () => {
      const law = holding(async (history, nth, seed) => {
        const between = pairIn(history, nth);
        fc.pre(between !== undefined);
        const split = word(between, { verdict: "different" });
        const [before, apart, back] = await profilesAfter(seed, [history, taking(split), taking(retraction(split))]);
        assert.deepEqual(back, before);
        const together = apart?.find(({ identifiers }) =>
          between.every((end) => identifiers.includes(identifierText(end))),
        );
        assert.equal(together, undefined);
      });
      await fc.assert(law, { numRuns: runs });
    });
    it("asserting anew what was taken back is as before it was taken back", async () => {
      const law = holding(async (history, nth, seed) => {
        const between = pairIn(history, nth);
        fc.pre(between !== undefined);
        const [said, anew] = [word(between, {}), word(between, { round: 2 })];
        const stretches = [{ ...withoutPeople(history) }, taking(said), taking(retraction(said)), taking(anew)];
        const [, joined, , again] = await profilesAfter(seed, stretches);
        assert.deepEqual(again, joined);
      });
      await fc.assert(law, { numRuns: runs });
    });
    it("asserting twice is once", async () => {
      const law = holding(async (history, nth, seed) => {
        const between = pairIn(history, nth);
        fc.pre(between !== undefined);
        const said = word(between, {});
        const [, once, twice] = await profilesAfter(seed, [history, taking(said), taking({ ...said })]);
        assert.deepEqual(twice, once);
      });
      await fc.assert(law, { numRuns: runs });
    });
    it("tightening a rule over what is stored is a fresh build under that rule", async () => {
      const law = holding(async (history, nth, seed) => {
        const rules = tightened[nth % tightened.length] as IdentityRules;
        const { store, close } = await open();
        try {
          await absorbEvents({ store, pause: async () => {} }, history, tightRules);
          const rebuilt = await storedProfiles(store, history, rules);
          assert.deepEqual(rebuilt, referenceProfiles(history, rules));
          const [fresh] = await profilesAfter(seed, [history], rules);
          assert.deepEqual(rebuilt, fresh);
        } finally {
          await close();
        }
      });
      await fc.assert(law, { numRuns: runs });
    });
  });
}
