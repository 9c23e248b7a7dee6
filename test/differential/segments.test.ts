import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { athenaDialect } from "#adapters/sql/athena-dialect.ts";
import { duckdbDialect } from "#adapters/sql/duckdb-dialect.ts";
import { segmentSql } from "#adapters/sql/segment-sql.ts";
import type { ResolvedCondition } from "#core/segments/condition.ts";
import { matches } from "#core/segments/matches.ts";
import { readCondition } from "#core/segments/read-condition.ts";
import { condition } from "./conditions.ts";
import { EVERY_TEST } from "./every-test.ts";
import { type LakeInMemory, lakeInMemory } from "./lake-in-memory.ts";
import { worldOfValues } from "./values.ts";
import { NOW, type World, world } from "./world.ts";

/** Each is a world of a few people with six conditions asked of it; `DIFFERENTIAL_RUNS=1000` looks longer. */
const RUNS = Number(process.env.DIFFERENTIAL_RUNS ?? 60);
const PATIENCE = 60_000 + RUNS * 1_000;
const conditions = fc.array(condition, { minLength: 6, maxLength: 6 });

const inMemory = (asked: ResolvedCondition, { people }: World): readonly string[] =>
  [...people]
    .filter(([, person]) => matches(asked, person, NOW))
    .map(([id]) => id)
    .sort();

describe("a segment has the same members", () => {
  let lake: LakeInMemory;
  beforeEach(async () => {
    lake = await lakeInMemory();
  });
  afterEach(() => lake.close());

  it.each([duckdbDialect, athenaDialect])(
    "for every test of every value, in $name too",
    async (dialect) => {
      const made = worldOfValues();
      await lake.fill(made.rows);
      const sorted = (ids: readonly string[]): readonly string[] => ids.map(made.valueOf).sort();
      for (const test of EVERY_TEST) {
        const asked = readCondition({ trait: "x", ...test }) as ResolvedCondition;
        const sql = segmentSql(asked, NOW, dialect);
        const found = await (dialect === duckdbDialect ? lake.duckdb(sql) : lake.athena(sql));
        expect(sorted(found), JSON.stringify(test)).toEqual(sorted(inMemory(asked, made)));
      }
    },
    PATIENCE,
  );

  it(
    "in memory and in DuckDB, whatever is asked of whatever happened",
    async () => {
      await fc.assert(
        fc.asyncProperty(world, conditions, async (made, asked) => {
          await lake.fill(made.rows);
          for (const each of asked) {
            expect(readCondition(each)).toEqual(each);
            expect(await lake.duckdb(segmentSql(each, NOW, duckdbDialect)), JSON.stringify(each)).toEqual(
              inMemory(each, made),
            );
          }
        }),
        { numRuns: RUNS },
      );
    },
    PATIENCE,
  );

  it(
    "in memory and in Athena's text, as an analyst's statement is translated",
    async () => {
      await fc.assert(
        fc.asyncProperty(world, conditions, async (made, asked) => {
          await lake.fill(made.rows);
          for (const each of asked) {
            expect(await lake.athena(segmentSql(each, NOW, athenaDialect)), JSON.stringify(each)).toEqual(
              inMemory(each, made),
            );
          }
        }),
        { numRuns: Math.ceil(RUNS / 4) },
      );
    },
    PATIENCE,
  );
});
