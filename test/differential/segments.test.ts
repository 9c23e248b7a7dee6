import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { athenaDialect } from "#adapters/sql/athena-dialect.ts";
import { duckdbDialect } from "#adapters/sql/duckdb-dialect.ts";
import { segmentSql } from "#adapters/sql/segment-sql.ts";
import type { ResolvedCondition } from "#core/segments/condition.ts";
import { matches } from "#core/segments/matches.ts";
import { readCondition } from "#core/segments/read-condition.ts";
import { condition, sequence } from "./conditions.ts";
import { EVERY_TEST } from "./every-test.ts";
import { type LakeInMemory, lakeInMemory } from "./lake-in-memory.ts";
import { worldOfValues } from "./values.ts";
import { NOW, type World, worldOfUpTo } from "./world.ts";

/** Each is a world of a few people with six conditions asked of it; `DIFFERENTIAL_RUNS=1000` looks longer. */
const RUNS = Number(process.env.DIFFERENTIAL_RUNS ?? 24);
const PATIENCE = 300_000 + RUNS * 1_000;

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
      await check(lake, { worlds: worldOfUpTo(5, 5), asked: condition, runs: RUNS });
      await check(lake, { worlds: worldOfUpTo(60, 10), asked: condition, runs: Math.ceil(RUNS / 4) });
    },
    PATIENCE,
  );

  it(
    "in memory and in DuckDB, where much happened in little time and its order is asked for",
    async () => {
      const asked = sequence as fc.Arbitrary<ResolvedCondition>;
      await check(lake, { worlds: worldOfUpTo(4, 30), asked, runs: Math.ceil(RUNS / 2) });
      await check(lake, { worlds: worldOfUpTo(40, 30), asked, runs: Math.ceil(RUNS / 4) });
    },
    PATIENCE,
  );

  it(
    "in memory and in Athena's text, as an analyst's statement is translated",
    () =>
      check(lake, {
        worlds: worldOfUpTo(20, 6),
        asked: condition,
        runs: Math.ceil(RUNS / 4),
        athena: true,
      }),
    PATIENCE,
  );
});

interface Asking {
  readonly worlds: fc.Arbitrary<World>;
  readonly asked: fc.Arbitrary<ResolvedCondition>;
  readonly runs: number;
  readonly athena?: boolean;
}

/** Six conditions asked of each world, in memory and of its lake. */
async function check(lake: LakeInMemory, { worlds, asked, runs, athena = false }: Asking): Promise<void> {
  const conditions = fc.array(asked, { minLength: 6, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(worlds, conditions, async (made, several) => {
      await lake.fill(made.rows);
      for (const each of several) {
        expect(readCondition(each)).toEqual(each);
        const found = athena
          ? await lake.athena(segmentSql(each, NOW, athenaDialect))
          : await lake.duckdb(segmentSql(each, NOW, duckdbDialect));
        expect(found, JSON.stringify(each)).toEqual(inMemory(each, made));
      }
    }),
    { numRuns: runs },
  );
}
