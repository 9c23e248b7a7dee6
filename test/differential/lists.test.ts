import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { identifierKey } from "#core/kernel/identifier.ts";
import type { Json } from "#core/kernel/json.ts";
import type { ListKeys } from "#core/segments/ports.ts";
import { listLookup } from "#core/segments/realtime/list-lookup.flow.ts";
import { rowsOf } from "#lambdas/api/sql-text.ts";
import { apiWorld, duckDbLake } from "#test/support/api-world.ts";

const lake = await duckDbLake();
afterAll(() => lake.close());

const PEOPLE = ["a", "b", "c", "d", "e"];
const RUNS = Math.ceil(Number(process.env.DIFFERENTIAL_RUNS ?? 60) / 3);

interface Step {
  readonly kind: "replace" | "append" | "continue" | "delete" | "again";
  readonly who: readonly string[];
  readonly more: boolean;
  /** The rows reach the lake, and whoever writes them dies before the import counts. */
  readonly dies: boolean;
}

/** There is a list, with some on it and some not. */
const FIRST: Step = { kind: "again", who: PEOPLE.slice(0, 3), more: false, dies: false };

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("replace", "append", "append", "continue", "continue", "delete", "again"),
  who: fc.subarray(PEOPLE),
  more: fc.boolean(),
  dies: fc.constantFrom(false, false, false, true),
});

it(
  "a list looked up one by one has those on it whom the lake joins to it, whatever was imported how",
  async () => {
    const seen = { on: 0, off: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        await lake.clear();
        const dying = { next: false };
        const { world, lookup } = await worldThatDies(dying);
        for (const each of [FIRST, ...steps]) {
          dying.next = each.dies;
          await take(world, each);
          // Of an import that died the lake may know more than was answered; asked again, it counts for both.
          const isDead = each.dies && !dying.next;
          dying.next = false;
          if (isDead) await take(world, each.kind === "again" ? { ...each, kind: "replace" } : each);
          const result = await lake.query("SELECT profile_id FROM list_people WHERE list_id = 'fair'");
          const joined = rowsOf(result).map(({ profile_id }) => profile_id);
          const on = await lookup.onList("fair", PEOPLE.map(keyOf));
          const found = PEOPLE.filter((person) => on?.has(keyOf(person)));
          expect(found.map((person) => `p_${keyOf(person)}`).sort(), JSON.stringify(each)).toEqual(joined.sort());
          seen.on += found.length;
          seen.off += PEOPLE.length - found.length;
        }
      }),
      { numRuns: RUNS },
    );
    expect(Math.min(seen.on, seen.off)).toBeGreaterThanOrEqual(RUNS);
  },
  60_000 + RUNS * 3_000,
);

const keyOf = (value: string) => identifierKey({ type: "user_id", value });

async function worldThatDies(dying: { next: boolean }) {
  const { ofSegments } = (await apiWorld(lake)).ports;
  const listKeys = ofSegments.listKeys as ListKeys;
  const write: ListKeys["write"] = async (...link) => {
    await listKeys.write(...link);
    if (!dying.next) return;
    dying.next = false;
    throw new Error("dies here");
  };
  const world = await apiWorld(lake, { ofSegments: { ...ofSegments, listKeys: { write } } });
  await world.take(PEOPLE.map((userId) => ({ type: "identify", userId, messageId: userId })));
  return { world, lookup: listLookup({ lists: ofSegments.lists, listKeys }, 2) };
}

async function take(world: Awaited<ReturnType<typeof apiWorld>>, { kind, who, more }: Step): Promise<void> {
  const content = { identifiers: who.map((person) => `user_id:${person}`), more };
  const made: Json = { id: "fair", name: "Fair", ...content };
  if (kind === "delete") await world.ask("DELETE", "/api/lists/fair");
  else if (kind === "again") await world.ask("POST", "/api/lists", made);
  else await world.ask("POST", "/api/lists/fair/members", { mode: kind, ...content });
}
