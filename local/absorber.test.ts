import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openDatabase } from "#adapters/local/database.ts";
import { openProgressStore, PROGRESS_SCHEMA } from "#adapters/local/progress-store.ts";
import { PROFILES_SCHEMA, sqliteProfileStore } from "#adapters/local/sqlite-profile-store.ts";
import { type ChangeRows, noChangeRows } from "#core/profiles/change-rows.ts";
import { type History, histories, tightRules } from "#test/contracts/histories.ts";
import { randomFrom, shuffled } from "#test/contracts/random.ts";
import { referenceProfiles } from "#test/contracts/reference-profiles.ts";
import { assertDecisions, assertStory, replayed } from "#test/contracts/replayed-rows.ts";
import { storedProfiles } from "#test/contracts/stored-profiles.ts";
import { absorberOf, type PlacedEntry } from "./absorber.ts";
import { changeKeeper } from "./change-keeper.ts";

/** A process that works on a folder until it dies: its connection is gone in the middle of whatever it did. */
function processOn(path: string, diesAt: number) {
  const database = openDatabase(path, PROFILES_SCHEMA + PROGRESS_SCHEMA);
  const progress = openProgressStore(database);
  let steps = 0;
  const step = (): void => {
    if (++steps === diesAt) database.close();
  };
  const keep = changeKeeper(progress, () => 0);
  const absorber = absorberOf({
    reactor: { react: async () => {} },
    database,
    progress: {
      ...progress,
      setAbsorbed: (position) => {
        step(); // Before it is said, and after.
        progress.setAbsorbed(position);
        step();
      },
    },
    reteller: { rules: () => tightRules, told: () => [] },
    keepChanges: (...changed) => {
      step();
      return keep(...changed);
    },
    onSetAside: () => {},
  });
  return { database, progress, absorber };
}

/** Absorbs all entries in turn, through deaths; answers how many there were. */
async function absorbAll(path: string, entries: readonly PlacedEntry[], random: () => number): Promise<number> {
  for (let deaths = 0; ; deaths++) {
    const { database, absorber } = processOn(path, deaths < 6 ? 1 + Math.floor(random() * 12) : 0);
    try {
      for (let at = absorber.absorbed(); at < entries.length; at = absorber.absorbed()) {
        await absorber.absorb(entries.slice(at, at + 1 + Math.floor(random() * 4)));
      }
      database.close();
      return deaths;
    } catch {
      if (database.isOpen) throw new Error("it died of something else");
    }
  }
}

const entriesOf = ({ events, assertions }: History, random: () => number): readonly PlacedEntry[] =>
  shuffled(
    [...events.map((event) => ({ events: [event] })), ...assertions.map((one) => ({ assertions: [one] }))],
    random,
  ).map((entry, nth) => ({ position: nth + 1, entry }));

describe("what one machine tells its lake of changes", () => {
  it("is exactly what happened, once each, however often the process dies", async () => {
    let deaths = 0;
    const holds = fc.asyncProperty(histories(12), fc.integer(), async (history, seed) => {
      const folder = mkdtempSync(join(tmpdir(), "tributary-absorber-"));
      const path = join(folder, "profiles.db");
      try {
        const random = randomFrom(seed);
        deaths += await absorbAll(path, entriesOf(history, random), random);
        const { database, progress } = processOn(path, 0);
        const told: ChangeRows = noChangeRows();
        for (const { table, text } of progress.changes(progress.newestChange())) {
          const rows = text.trimEnd().split("\n");
          (told[table as keyof ChangeRows] as unknown[]).push(...rows.map((row) => JSON.parse(row) as unknown));
        }
        const profiles = await storedProfiles(sqliteProfileStore(database), history, tightRules);
        expect(profiles).toEqual(referenceProfiles(history, tightRules));
        expect(replayed(told)).toEqual({
          identityMap: Object.fromEntries(
            profiles.flatMap(({ id, identifiers }) => identifiers.map((one) => [one, id])),
          ),
          profiles: profiles.map(({ id, identifiers, traits, consent }) => ({ id, identifiers, traits, consent })),
          consents: Object.fromEntries(profiles.map(({ id, consent }) => [id, consent])),
        });
        assertStory(told);
        assertDecisions(told, history);
        const names = told.identity_changes.map(({ identity_key, version }) => `${version} ${identity_key}`);
        expect(new Set(names).size, "each once").toBe(names.length);
        database.close();
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
    await fc.assert(holds, { numRuns: 25 });
    expect(deaths).toBeGreaterThan(0);
  });
});
