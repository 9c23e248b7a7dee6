import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memoryProfileStore } from "#adapters/memory/profile-store.ts";
import type { Event } from "#core/events/event.ts";
import type { Identifier } from "#core/kernel/identifier.ts";
import { histories, tightRules } from "#test/contracts/histories.ts";
import { cut, randomFrom, shuffled } from "#test/contracts/random.ts";
import { storedProfiles } from "#test/contracts/stored-profiles.ts";
import { absorbEvents, type ComponentChange } from "./absorb-events.flow.ts";
import { type ChangeRows, changeRows, noChangeRows } from "./change-rows.ts";

/** The row of the highest version for each name, as the lake's views take it. */
function latest<Row extends { readonly version: number }>(rows: readonly Row[], nameOf: (row: Row) => string) {
  const found = new Map<string, Row>();
  for (const row of rows) {
    const known = found.get(nameOf(row));
    if (known === undefined || row.version > known.version) found.set(nameOf(row), row);
    else if (row.version === known.version) expect(row).toEqual(known);
  }
  return found;
}

const rowsOf = (changes: readonly ComponentChange[]): ChangeRows => {
  const all = changes.map((change) => changeRows(change, tightRules, 0));
  return {
    identity_changes: all.flatMap((rows) => rows.identity_changes),
    profile_changes: all.flatMap((rows) => rows.profile_changes),
    consent_changes: all.flatMap((rows) => rows.consent_changes),
    link_changes: all.flatMap((rows) => rows.link_changes),
  };
};

describe("what the lake is told", () => {
  it("folds, in any order and told twice, to what the store answers", async () => {
    const told = fc.asyncProperty(histories(), fc.integer(), async (history, seed) => {
      const random = randomFrom(seed);
      const store = memoryProfileStore();
      const said = [
        ...history.events.map((event) => ({ events: [event], assertions: [] })),
        ...history.assertions.map((assertion) => ({ events: [], assertions: [assertion] })),
      ];
      const changes: ComponentChange[] = [];
      for (const batch of cut(shuffled(said, random), 4, random)) {
        const whole = {
          events: batch.flatMap(({ events }) => events),
          assertions: batch.flatMap((one) => one.assertions),
        };
        const absorbed = await absorbEvents({ store, pause: async () => {} }, whole, tightRules);
        changes.push(...absorbed.changes);
      }
      const rows = rowsOf(shuffled([...changes, ...changes], random));
      const profiles = await storedProfiles(store, history, tightRules);

      const homes = latest(rows.identity_changes, ({ identity_key }) => identity_key);
      const expected = profiles.flatMap(({ id, identifiers }) => identifiers.map((each) => [each, id] as const));
      expect(new Map([...homes].map(([key, { profile_id }]) => [key, profile_id]))).toEqual(new Map(expected));

      const looks = [...latest(rows.profile_changes, ({ profile_id }) => profile_id).values()].filter(
        ({ gone }) => !gone,
      );
      expect(new Map(looks.map((row) => [row.profile_id, JSON.parse(row.traits)]))).toEqual(
        new Map(profiles.map(({ id, traits }) => [id, traits])),
      );
      const consents = latest(rows.consent_changes, ({ profile_id, purpose }) => `${profile_id} ${purpose}`);
      for (const { id, consent } of profiles) {
        for (const [purpose, state] of Object.entries(consent))
          expect(consents.get(`${id} ${purpose}`)?.state).toBe(state);
      }
    });
    await fc.assert(told, { numRuns: 300 });
  });

  it("says nothing where a profile was only seen again", async () => {
    const store = memoryProfileStore();
    const ana: Identifier = { type: "user_id", value: "ana" };
    const seen = (messageId: string, eventTime: number): Event => ({
      messageId,
      source: "web",
      trust: "server",
      type: "track",
      name: "Seen",
      identifiers: [ana],
      eventTime,
      receivedAt: eventTime,
      properties: {},
      traits: {},
      context: {},
    });
    const absorb = (event: Event) =>
      absorbEvents({ store, pause: async () => {} }, { events: [event], assertions: [] }, tightRules);
    const first = rowsOf((await absorb(seen("m1", 5))).changes);
    expect([first.identity_changes.length, first.profile_changes.length]).toEqual([1, 1]);
    const second = rowsOf((await absorb(seen("m2", 9))).changes);
    expect(second).toEqual(noChangeRows());
  });
});
