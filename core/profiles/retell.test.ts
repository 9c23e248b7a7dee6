import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memoryComponentPages, memoryProfileStore } from "#adapters/memory/profile-store.ts";
import type { Event } from "#core/events/event.ts";
import type { IdentityRules } from "#core/identity/identity-rules.ts";
import { type History, histories, tightRules } from "#test/contracts/histories.ts";
import { cut, randomFrom, shuffled } from "#test/contracts/random.ts";
import { type PlainProfile, referenceProfiles } from "#test/contracts/reference-profiles.ts";
import { replayed } from "#test/contracts/replayed-rows.ts";
import { absorbEvents, type ComponentChange } from "./absorb-events.flow.ts";
import { type ChangeRows, changeRows, noChangeRows } from "./change-rows.ts";
import type { Assertion } from "./evidence.ts";
import { retellPage } from "./retell.flow.ts";

/** Rules that decide over links which are all kept: then what is stored comes to what a fresh build would. */
const rulesLike = fc
  .record({
    users: fc.constantFrom(1, 2, 3),
    emails: fc.constantFrom(1, 2, 9),
    maxIdentifiers: fc.constantFrom(3, 5, 9),
    sharedAbove: fc.constantFrom(1, 2),
    priority: fc.constantFrom(tightRules.priority, ["email", "loyalty_card", "user_id"], ["anonymous_id", "email"]),
  })
  .map(({ users, emails, ...rules }) => ({ ...tightRules, ...rules, limits: { user_id: users, email: emails } }));

interface Batch {
  readonly events: readonly Event[];
  readonly assertions: readonly Assertion[];
}

/** A history in batches, some before the rules change and some after. */
function batchesOf({ events, assertions }: History, random: () => number): readonly Batch[] {
  const all = [...events.map((event) => ({ event })), ...assertions.map((assertion) => ({ assertion }))];
  return cut(shuffled(all, random), 4, random).map((said) => ({
    events: said.flatMap((one) => ("event" in one ? [one.event] : [])),
    assertions: said.flatMap((one) => ("assertion" in one ? [one.assertion] : [])),
  }));
}

/** A lake that hears of changes as it does on one machine, while rules change under way. */
function world(first: IdentityRules, { knowsWhatIsReached = true } = {}) {
  const store = memoryProfileStore();
  const pages = memoryComponentPages(store);
  const rows = noChangeRows();
  let rules = first;
  let told: readonly IdentityRules[] = [];
  let after: string | undefined;
  let isRetelling = false;
  const tell = (changes: readonly ComponentChange[]): void => {
    for (const change of changes) {
      const isReached = told.length === 0 || (knowsWhatIsReached && hasReached(change.key));
      const more = changeRows(change, rules, 0, isReached ? [] : told);
      for (const table of Object.keys(rows) as (keyof ChangeRows)[]) rows[table].push(...(more[table] as never[]));
    }
  };
  const hasReached = (key: string): boolean => !isRetelling || (after !== undefined && key <= after);
  return {
    rows,
    absorb: async (batch: Batch) => tell((await absorbEvents({ store, pause: async () => {} }, batch, rules)).changes),
    use: (next: IdentityRules) => {
      told = isRetelling ? [...told, rules] : [rules];
      rules = next;
      after = undefined;
      isRetelling = true;
    },
    /** Answers whether there may be more. `dies`: before it could remember how far it came. */
    retell: async (limit: number, dies = false) => {
      if (!isRetelling) return false;
      const page = await retellPage({ store, pages }, { told, rules }, { after, limit });
      const reached = after;
      after = undefined;
      tell(page.changes);
      after = dies ? reached : page.next;
      if (!dies) isRetelling = page.next !== undefined;
      return isRetelling;
    },
  };
}

/** What both the lake and the reference say; identifiers that proved shared are not followed to their first sighting. */
const comparable = (all: readonly { readonly identifiers: readonly string[] }[]) =>
  all.map(({ identifiers }) => [...identifiers].sort()).sort();

const plain = ({ id, identifiers, traits, consent }: PlainProfile) => ({ id, identifiers, traits, consent });

describe("rules that are changed while events keep coming in", () => {
  it("leave a lake that says what a fresh build under the last of them would", async () => {
    const property = fc.asyncProperty(
      histories(),
      rulesLike,
      fc.array(rulesLike, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer(),
      async (history, first, changes, limit, seed) => {
        const random = randomFrom(seed);
        // What was no longer gathered around shared identifiers is not stored: see `untoldByRehearsal`.
        const sharedAbove = [first, ...changes].map((rules) => rules.sharedAbove);
        fc.pre(sharedAbove.every((most, nth) => nth === 0 || most <= (sharedAbove[nth - 1] ?? 0)));
        const { absorb, use, retell, rows } = world(first);
        const batches = [...batchesOf(history, random)];
        const waiting = [...changes];
        while (batches.length + waiting.length > 0) {
          const next = random();
          const batch = next < 0.6 ? batches.shift() : undefined;
          const rules = next > 0.8 ? waiting.shift() : undefined;
          if (batch !== undefined) await absorb(batch);
          else if (rules !== undefined) use(rules);
          else await retell(limit, random() < 0.2);
        }
        while (await retell(limit, random() < 0.2));
        const last = changes.at(-1) as IdentityRules;
        const expected = referenceProfiles(history, last);
        const found = replayed(rows);
        expect(comparable(found.profiles)).toEqual(comparable(expected));
        const homes = Object.groupBy(Object.entries(found.identityMap), ([, profile]) => profile);
        const groups = Object.values(homes).map((all) => ({ identifiers: (all ?? []).map(([key]) => key) }));
        expect(comparable(groups)).toEqual(comparable(expected));
        if (expected.some(({ firstSeen }) => firstSeen === undefined)) return;
        expect(found.profiles).toEqual(expected.map(plain));
        expect(found.consents).toEqual(Object.fromEntries(expected.map(({ id, consent }) => [id, consent])));
      },
    );
    await fc.assert(property, { numRuns: 400 });
  });

  it("do so too where whoever tells the lake knows no more than which rules held before, as in the cloud", async () => {
    const property = fc.asyncProperty(histories(), rulesLike, rulesLike, fc.integer(), async (history, x, y, seed) => {
      const random = randomFrom(seed);
      const [first, last] = x.sharedAbove >= y.sharedAbove ? [x, y] : [y, x];
      const { absorb, use, retell, rows } = world(first, { knowsWhatIsReached: false });
      const batches = [...batchesOf(history, random)];
      for (const batch of batches.splice(0, Math.floor(random() * batches.length))) await absorb(batch);
      use(last);
      for (let mayGoOn = true; mayGoOn || batches.length > 0; ) {
        const batch = random() < 0.5 ? batches.shift() : undefined;
        if (batch !== undefined) await absorb(batch);
        else mayGoOn = await retell(2, random() < 0.2);
      }
      expect(comparable(replayed(rows).profiles)).toEqual(comparable(referenceProfiles(history, last)));
    });
    await fc.assert(property, { numRuns: 200 });
  });

  it("are told of nothing where they change nobody", async () => {
    await fc.assert(
      fc.asyncProperty(histories(), async (history) => {
        const { absorb, use, retell, rows } = world(tightRules);
        await absorb(history);
        const before = rows.identity_changes.length + rows.profile_changes.length;
        use({ ...tightRules, quarantineAbove: tightRules.quarantineAbove + 1 });
        while (await retell(3));
        expect(rows.identity_changes.length + rows.profile_changes.length).toBe(before);
      }),
      { numRuns: 50 },
    );
  });
});
