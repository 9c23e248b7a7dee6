import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { duckdbDialect } from "#adapters/sql/duckdb-dialect.ts";
import { DAY, HOUR, MINUTE } from "#core/kernel/time.ts";
import { type DuckDbLake, duckDbLake } from "#test/support/duckdb-lake.ts";
import { A_WHILE, history, type Step, someTraits, TRAITS } from "./computed-histories.ts";
import { type ComputedWorld, computedWorld } from "./computed-world.ts";

type Event = Extract<Step, { readonly kind: "event" }>;

let nextMessage = 100;
const event = (key: number, told: Partial<Event> = {}): Event => ({
  kind: "event",
  key,
  message: nextMessage++,
  name: "Order Completed",
  ago: 0,
  late: 0,
  login: false,
  properties: { v: 10 * (key + 1), sku: `s${key}` },
  ...told,
});
const move = (key: number, profile: number, late = 0): Step => ({ kind: "move", key, profile, late });
const pass = (ms: number): Step => ({ kind: "pass", ms });

/** Two people who bought something, and a third who did not. */
const SHOP: readonly Step[] = [
  move(0, 0),
  move(1, 1),
  move(2, 2),
  event(0),
  event(0),
  event(1),
  event(2, { name: "Page" }),
];

const FEW = TRAITS.filter(({ name }) => ["orders", "today", "last_sku", "until"].includes(name));

/** What may move a value: what there was, what comes after a refresh, and how many people are looked at for it. */
const MOVES: readonly (readonly [string, readonly Step[], readonly Step[], number])[] = [
  ["nothing at all", SHOP, [], 0],
  ["an event", SHOP, [event(0)], 1],
  ["an event nobody asks for", SHOP, [event(0, { name: "Login" })], 0],
  ["an event of last year, imported an hour ago", SHOP, [event(0, { ago: 365 * DAY, late: HOUR })], 3],
  ["an event that was let in ten days after it came", SHOP, [event(2, { late: 10 * DAY })], 1],
  ["an event that waited for its person", [...SHOP, event(3)], [move(3, 3)], 1],
  ["an identity that was told a day late", SHOP, [move(1, 0, DAY)], 2],
  ["a merge", SHOP, [move(1, 0)], 2],
  ["a merge and its undoing at once", SHOP, [move(1, 0), move(1, 1)], 2],
  ["a split", [...SHOP, move(1, 0)], [move(1, 1)], 2],
  ["a window that closes", SHOP, [pass(DAY)], 3],
  ["an event of tomorrow that becomes one of today", [...SHOP, event(1, { ago: -HOUR })], [pass(HOUR)], 1],
  [
    "an event told more than a month before, by which time it counts no more",
    [...SHOP, pass(DAY), event(1, { ago: -31 * DAY - 20 * HOUR }), pass(32 * DAY + 10 * HOUR)],
    [pass(5 * HOUR)],
    1,
  ],
  [
    "a repetition that came first, of somebody else's event",
    [...SHOP, event(1, { message: 99 })],
    [event(0, { message: 99, late: HOUR, properties: { v: 7 } })],
    3,
  ],
  [
    "a login on a tablet that two use",
    [...SHOP, move(4, 3), { kind: "share", shared: true }, event(0, { login: true }), pass(HOUR), event(4), pass(HOUR)],
    [event(1, { login: true, name: "Login", ago: 90 * MINUTE })],
    3,
  ],
  [
    "a tablet that several used, and one does now",
    [...SHOP, { kind: "share", shared: true }, event(0, { login: true }), pass(HOUR), event(4)],
    [{ kind: "share", shared: false }],
    2,
  ],
];

/** `DIFFERENTIAL_RUNS=1000` looks longer. */
const RUNS = Number(process.env.DIFFERENTIAL_RUNS ?? 12);
const PATIENCE = 300_000 + RUNS * 20_000;

describe("computed traits", () => {
  let lake: DuckDbLake;
  beforeEach(async () => {
    lake = await duckDbLake();
  });
  afterEach(() => lake.close());

  const engine = () => ({ query: lake, dialect: duckdbDialect });
  const happened = async (world: ComputedWorld, steps: readonly Step[]): Promise<void> => {
    for (const step of steps) if (step.kind !== "refresh") await world.happen(step);
  };
  const holds = async (world: ComputedWorld): Promise<void> => {
    const expected = await world.expected();
    expect(await world.stored()).toEqual(expected);
    expect(await world.told()).toEqual(expected);
  };

  it.each(MOVES)("follow %s, and look at nobody else", async (_what, before, after, looked) => {
    const world = await computedWorld(lake, FEW, engine());
    await happened(world, [...before, A_WHILE]);
    await world.refresh();
    await holds(world);
    await happened(world, [A_WHILE, ...after]);
    const report = await world.refresh();
    await holds(world);
    expect(report.looked).toBe(looked);
    expect(await world.refresh()).toMatchObject({ changed: 0 });
  });

  it(
    "are what their definition says after whatever happened, however often they were refreshed in between",
    async () => {
      await fc.assert(
        fc.asyncProperty(history, someTraits, fc.boolean(), async (steps, traits, isCut) => {
          await lake.clear();
          // Pages of one or two people, or everybody at once.
          const world = await computedWorld(lake, traits, engine(), isCut ? { rowsPerPage: 60, mostNamed: 0 } : {});
          for (const step of steps) {
            if (step.kind !== "refresh") {
              await world.happen(step);
              continue;
            }
            await world.refresh({ full: step.full });
            await holds(world);
          }
        }),
        { numRuns: RUNS },
      );
    },
    PATIENCE,
  );
});
