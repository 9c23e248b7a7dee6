import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memoryProfileStore } from "#adapters/memory/profile-store.ts";
import type { IdentityRules } from "#core/identity/identity-rules.ts";
import { identifierKey, identifierText } from "#core/kernel/identifier.ts";
import { type History, histories, tightRules } from "#test/contracts/histories.ts";
import { cut, randomFrom, shuffled } from "#test/contracts/random.ts";
import { unsteadyStore } from "#test/contracts/unsteady-store.ts";
import { absorbEvents } from "./absorb-events.flow.ts";
import type { Member } from "./component.ts";
import { findProfile } from "./find-profile.flow.ts";
import type { ProfileStore } from "./ports.ts";

/** So small that nearly every history meets it. Nothing is shared, so that what each identifier says is all followed. */
const rules: IdentityRules = { ...tightRules, maxIdentifiers: 3, quarantineAbove: 4, sharedAbove: 1_000 };

interface Answers {
  readonly said: Readonly<Record<string, Member["fragment"]>>;
  readonly groups: readonly (readonly string[])[];
  readonly largest: number;
}

async function answersOf(store: ProfileStore, { events }: History): Promise<Answers> {
  const all = events.flatMap((event) => event.identifiers);
  const said: Record<string, Member["fragment"]> = {};
  const groups = new Map<string, readonly string[]>();
  let largest = 0;
  for (const identifier of all) {
    const found = await findProfile(store, identifierKey(identifier), rules);
    if (found === undefined) throw new Error(`${identifierText(identifier)} was lost`);
    said[identifierText(identifier)] = found.component.members.get(identifierKey(identifier))?.fragment;
    groups.set(
      found.group.id,
      found.group.members.map(([, member]) => identifierText(member.identifier)),
    );
    largest = Math.max(largest, found.component.members.size);
  }
  return { said, groups: [...groups.values()], largest };
}

async function absorbAll(store: ProfileStore, history: History, random: () => number): Promise<number> {
  let quarantined = 0;
  for (const events of cut(shuffled(history.events, random), 3, random)) {
    for (let isDone = false; !isDone; ) {
      try {
        const absorbed = await absorbEvents({ store, pause: async () => {} }, { events, assertions: [] }, rules);
        quarantined += absorbed.quarantined;
        isDone = true;
      } catch (fault) {
        if (!(fault instanceof Error) || fault.name !== "InjectedFault") throw fault;
      }
    }
  }
  return quarantined;
}

/**
 * Above `quarantineAbove` the order in which evidence came decides which links are kept: a document cannot hold them
 * all. These are the promises that hold there too.
 */
describe("components above quarantine", () => {
  it("grow no further, lose nobody and nothing that an identifier says, and break no rule, whatever the order", async () => {
    let quarantined = 0;
    const holds = fc.asyncProperty(histories(), fc.integer(), async (history, seed) => {
      const answers: Answers[] = [];
      for (const order of [1, 2]) {
        const random = randomFrom(seed + order);
        const store = memoryProfileStore();
        quarantined += await absorbAll(unsteadyStore(store, random, order === 1 ? 0 : 20), history, random);
        answers.push(await answersOf(store, history));
      }
      // Where a worker died between a new identifier's pointer and its component, the identifier belongs there all the
      // same, and takes a place too many: a pointer never turns away.
      expect(answers[0]?.largest).toBeLessThanOrEqual(rules.quarantineAbove);
      for (const { groups } of answers) {
        for (const group of groups) {
          expect(group.length).toBeLessThanOrEqual(rules.maxIdentifiers);
          expect(group.filter((each) => each.startsWith("user_id:")).length).toBeLessThanOrEqual(1);
        }
      }
      expect(answers[1]?.said).toEqual(answers[0]?.said);
    });
    await fc.assert(holds, { numRuns: 200 });
    expect(quarantined).toBeGreaterThan(200);
  });
});
