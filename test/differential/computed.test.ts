import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { duckdbDialect } from "#adapters/sql/duckdb-dialect.ts";
import { type DuckDbLake, duckDbLake } from "#test/support/duckdb-lake.ts";
import { history, TRAITS } from "./computed-histories.ts";
import { computedWorld } from "./computed-world.ts";

/** `DIFFERENTIAL_RUNS=1000` looks longer. */
const RUNS = Number(process.env.DIFFERENTIAL_RUNS ?? 20);
const PATIENCE = 60_000 + RUNS * 2_000;

describe("computed traits", () => {
  let lake: DuckDbLake;
  beforeEach(async () => {
    lake = await duckDbLake();
  });
  afterEach(() => lake.close());

  it(
    "are what their definition says after whatever happened, however often they were refreshed in between",
    async () => {
      await fc.assert(
        fc.asyncProperty(history, fc.subarray([...TRAITS]), fc.boolean(), async (steps, traits, isCut) => {
          await lake.clear();
          const engine = { query: lake, dialect: duckdbDialect };
          // Pages of one or two people, or everybody at once.
          const world = await computedWorld(lake, traits, engine, isCut ? { rowsPerPage: 60, mostNamed: 0 } : {});
          for (const step of steps) {
            if (step.kind !== "refresh") {
              await world.happen(step);
              continue;
            }
            await world.refresh({ full: step.full });
            const expected = await world.expected();
            expect(await world.stored()).toEqual(expected);
            expect(await world.told()).toEqual(expected);
          }
        }),
        { numRuns: RUNS },
      );
    },
    PATIENCE,
  );
});
