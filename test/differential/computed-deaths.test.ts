import { describe, expect, it } from "vitest";
import { memoryComputedStore } from "#adapters/memory/computed-store.ts";
import { memoryDefinitions } from "#adapters/memory/definitions.ts";
import type { ComputedChangeRow } from "#core/computed/computed-change-row.ts";
import type { ComputedTrait } from "#core/computed/computed-trait.ts";
import type { ComputedLake } from "#core/computed/ports.ts";
import { type RefreshPorts, refreshComputed } from "#core/computed/refresh-computed.flow.ts";
import type { RefreshState } from "#core/computed/refresh-state.ts";
import type { JsonObject } from "#core/kernel/json.ts";
import { isRejection } from "#core/kernel/rejection.ts";
import { MINUTE } from "#core/kernel/time.ts";
import { Death, Meter, mortal } from "#test/campaigns/crashing.ts";

const orders: ComputedTrait = { name: "orders", event: "Order Completed", measure: "count" };
const skus: ComputedTrait = { ...orders, name: "skus", measure: "distinct", of: "sku" };

type Values = Readonly<Record<string, number>>;

/** People and how often they ordered, in a lake that knows when each of them last changed. */
function world() {
  let now = Date.UTC(2026, 10, 2, 10);
  const clock = () => now;
  const counts = new Map<string, { readonly orders: number; readonly at: number }>();
  const rows: ComputedChangeRow[] = [];
  const traits = memoryDefinitions<ComputedTrait>(clock);
  const store = memoryComputedStore();
  const valuesFor = (id: string, asked: readonly ComputedTrait[]): JsonObject => {
    const found = counts.get(id)?.orders ?? 0;
    return found === 0 ? {} : Object.fromEntries(asked.map(({ name }) => [name, found]));
  };
  /** A page for each person, so that there are deaths between pages too. */
  const measured: ComputedLake = {
    marks: async () => [],
    pages: async ({ people }, after) =>
      [...counts]
        .filter(([id, { at }]) => id > after && (people.kind === "everybody" || at >= people.since))
        .map(([id]) => id)
        .sort()
        .map((id) => ({ after: "", upTo: id, ids: [id] })),
    measure: async ({ traits: asked }, { ids = [] }) => new Map(ids.map((id) => [id, valuesFor(id, asked)])),
  };
  const ports: RefreshPorts = {
    clock,
    traits,
    state: memoryDefinitions<RefreshState>(clock),
    measured,
    store,
    lake: { append: async (_table, told) => void rows.push(...told) },
    usualDelay: MINUTE,
  };
  return {
    ports,
    define: (...some: readonly ComputedTrait[]) => Promise.all(some.map((trait) => traits.put(trait.name, trait, 0))),
    undefine: (name: string) => traits.delete(name),
    happen: (told: Values) => {
      now += 10 * MINUTE;
      for (const [id, times] of Object.entries(told)) counts.set(id, { orders: times, at: now });
      now += 10 * MINUTE;
    },
    expected: async () => {
      const asked = (await traits.list()).map(({ definition }) => definition);
      const all = [...counts.keys()].sort().map((id) => [id, valuesFor(id, asked)] as const);
      return new Map(all.filter(([, told]) => Object.keys(told).length > 0));
    },
    stored: async () =>
      new Map([...(await store.read([...counts.keys()].sort()))].map(([id, { computed }]) => [id, computed])),
    told: () => shownOf(rows),
    rows,
  };
}

/** What the view `computed_traits` shows of the rows told: of each person the one of the highest run. */
function shownOf(rows: readonly ComputedChangeRow[]): ReadonlyMap<string, JsonObject> {
  const latest = new Map<string, ComputedChangeRow>();
  for (const row of rows) if (row.run >= (latest.get(row.profile_id)?.run ?? 0)) latest.set(row.profile_id, row);
  const there = [...latest.values()].filter(({ gone }) => !gone);
  return new Map(there.map((row) => [row.profile_id, JSON.parse(row.computed) as JsonObject]));
}

type World = ReturnType<typeof world>;

async function opened(): Promise<World> {
  const made = world();
  await made.define(orders);
  made.happen({ a: 1, b: 1, c: 2, d: 1 });
  await refreshComputed(made.ports);
  made.happen({ a: 2, b: 0, d: 2, e: 1 });
  return made;
}

/** One refresh of which every call of a port may be the last; answers how many calls there were. */
async function refreshUntil({ ports }: World, dieAt: number, after: boolean): Promise<number> {
  const meter = new Meter(dieAt, after);
  const mortals = {
    ...ports,
    traits: mortal(ports.traits, meter),
    state: mortal(ports.state, meter),
    measured: mortal(ports.measured, meter),
    store: mortal(ports.store, meter),
    lake: mortal(ports.lake, meter),
  };
  await refreshComputed(mortals).catch((error: unknown) => {
    if (!(error instanceof Death)) throw error;
  });
  return meter.calls;
}

async function holds(made: World): Promise<void> {
  const expected = await made.expected();
  expect(await made.stored()).toEqual(expected);
  expect(made.told()).toEqual(expected);
}

/** What comes between the death and whoever comes next. */
const THEN: readonly (readonly [string, (made: World) => unknown])[] = [
  ["nothing", () => undefined],
  ["everything is as it was before", (made) => made.happen({ a: 1, b: 1, d: 1, e: 0 })],
  ["something else", (made) => made.happen({ a: 5, c: 7 })],
  ["another trait is defined", (made) => made.define(skus)],
  ["the trait is another", async (made) => (await made.undefine("orders")) && made.define(skus)],
  ["no trait is left", (made) => made.undefine("orders")],
];

describe("a refresh of computed traits that dies", () => {
  const deaths = THEN.flatMap(([what, then]) =>
    [false, true].map((after) => [after ? "after" : "before", what, after, then] as const),
  );

  it.each(deaths)("%s any call of a port leaves no trace, where then comes: %s", async (_when, _what, after, then) => {
    const calls = await refreshUntil(await opened(), Number.POSITIVE_INFINITY, after);
    expect(calls).toBeGreaterThan(20);
    for (let dieAt = 0; dieAt < calls; dieAt++) {
      const made = await opened();
      await refreshUntil(made, dieAt, after);
      await then(made);
      // And whoever comes next dies as well, somewhere.
      await refreshUntil(made, dieAt, !after);
      // What was begun is finished first, and then looked at what happened since.
      await refreshComputed(made.ports);
      await refreshComputed(made.ports);
      await holds(made);
    }
  });

  it("writes nothing where nothing changed", async () => {
    const made = await opened();
    await refreshComputed(made.ports);
    const told = made.rows.length;
    expect(await refreshComputed(made.ports)).toMatchObject({ kind: "finished", looked: 0, changed: 0 });
    expect(await refreshComputed(made.ports, { full: true })).toMatchObject({
      kind: "finished",
      looked: 5,
      changed: 0,
    });
    expect(made.rows).toHaveLength(told);
  });

  it("is gone on with by whoever comes next, and the one that was only slow is refused", async () => {
    const made = await opened();
    let taken: Promise<unknown> | undefined;
    const { measured } = made.ports;
    const slow: ComputedLake = {
      ...measured,
      measure: async (asked, page) => {
        taken ??= refreshComputed(made.ports);
        await taken;
        return measured.measure(asked, page);
      },
    };
    const refused = await refreshComputed({ ...made.ports, measured: slow });
    expect(isRejection(refused) && refused.code).toBe("computed_trait.busy");
    await holds(made);
  });

  it("stops between pages when it is told to, and goes on there", async () => {
    const made = await opened();
    let pages = 0;
    expect(await refreshComputed(made.ports, { mayGoOn: () => pages++ < 1 })).toMatchObject({
      kind: "paused",
      looked: 1,
    });
    expect(await refreshComputed(made.ports)).toMatchObject({ kind: "finished", looked: 3 });
    await holds(made);
  });
});
