import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { athenaDialect } from "#adapters/sql/athena-dialect.ts";
import { duckdbDialect } from "#adapters/sql/duckdb-dialect.ts";
import { segmentSql } from "#adapters/sql/segment-sql.ts";
import type { LakeQuery } from "#core/kernel/ports.ts";
import type { ResolvedCondition } from "#core/segments/condition.ts";
import { matches } from "#core/segments/matches.ts";
import { readCondition } from "#core/segments/read-condition.ts";
import { condition, sequence } from "#test/differential/conditions.ts";
import { EVERY_TEST } from "#test/differential/every-test.ts";
import { type LakeInMemory, lakeInMemory } from "#test/differential/lake-in-memory.ts";
import { worldOfValues } from "#test/differential/values.ts";
import { NOW, type World, worldOfUpTo } from "#test/differential/world.ts";
import { type RowsOfTables, type SharedLake, settledLake } from "./support/trino-lake.ts";
import type { Trino } from "./support/trino-server.ts";

/** How many conditions are made up; `TRINO_SEGMENTS=2000` looks longer, `TRINO_SEED` elsewhere. */
const ASKED = Number(process.env.TRINO_SEGMENTS ?? 120);
const SEED = Number(process.env.TRINO_SEED ?? 5);
/** So many statements go to Trino in one: of conditions that read events, and of such as read one trait. */
const TOGETHER = 8;
const OF_TRAITS_TOGETHER = 24;
const PATIENCE = 240_000 + ASKED * 1_000;

/** Every test of every kind of value, then made-up conditions over a made-up crowd: three evaluators, one answer. */
export function segmentsMeanTheSame(server: Trino): void {
  const values = worldOfValues();
  const crowd = largestOf(fc.sample(worldOfUpTo(120, 8), { seed: SEED, numRuns: 12 }));
  let valueLake: SharedLake;
  let crowdLake: SharedLake;
  let duckdb: LakeInMemory;
  beforeAll(async () => {
    valueLake = await settledLake(server, "value_world", values.rows as RowsOfTables);
    crowdLake = await settledLake(server, "crowd_world", crowd.rows as RowsOfTables);
    duckdb = await lakeInMemory();
  });
  afterAll(() => {
    for (const opened of [valueLake, crowdLake, duckdb]) opened.close();
  });

  it("for every test of every value", { timeout: PATIENCE }, async () => {
    const asked = EVERY_TEST.map((test) => readCondition({ trait: "x", ...test }) as ResolvedCondition);
    expect(await sameMembers({ trino: valueLake.trino, duckdb }, values, asked, OF_TRAITS_TOGETHER)).toHaveLength(
      asked.length,
    );
  });

  it("whatever is asked of whatever happened", { timeout: PATIENCE }, async () => {
    const asked = fc.sample(condition, { seed: SEED, numRuns: ASKED });
    const meant = await sameMembers({ trino: crowdLake.trino, duckdb }, crowd, asked);
    // A comparison of nothing with nothing proves nothing.
    expect(meant.filter((members) => members > 0).length).toBeGreaterThan(asked.length / 4);
  });

  it("where an order of events is asked for", { timeout: PATIENCE }, async () => {
    const asked = fc.sample(sequence as fc.Arbitrary<ResolvedCondition>, { seed: SEED, numRuns: Math.ceil(ASKED / 6) });
    expect(await sameMembers({ trino: crowdLake.trino, duckdb }, crowd, asked)).toHaveLength(asked.length);
  });
}

const largestOf = (worlds: readonly World[]): World =>
  worlds.reduce((most, each) => (sizeOf(each) > sizeOf(most) ? each : most));
const sizeOf = ({ people, rows }: World): number => people.size * rows.events_log.length;

/** Members by Trino, by DuckDB and in memory, several conditions at a time; answers how many each has. */
async function sameMembers(
  { trino, duckdb }: { readonly trino: LakeQuery; readonly duckdb: LakeInMemory },
  { people, rows }: World,
  asked: readonly ResolvedCondition[],
  together = TOGETHER,
): Promise<readonly number[]> {
  await duckdb.fill(rows);
  const sizes: number[] = [];
  for (let from = 0; from < asked.length; from += together) {
    const several = asked.slice(from, from + together);
    const named = (members: readonly (readonly string[])[]): object =>
      Object.fromEntries(members.map((ids, nth) => [`${from + nth}: ${JSON.stringify(several[nth])}`, ids]));
    const meant = several.map((each) =>
      [...people].flatMap(([id, person]) => (matches(each, person, NOW) ? [id] : [])).sort(),
    );
    const theirs = await membersIn(
      trino,
      several.map((each) => segmentSql(each, NOW, athenaDialect)),
    );
    const ours: (readonly string[])[] = [];
    for (const each of several) ours.push(await duckdb.duckdb(segmentSql(each, NOW, duckdbDialect)));
    expect(named(theirs), "Trino and memory").toEqual(named(meant));
    expect(named(ours), "DuckDB and memory").toEqual(named(meant));
    sizes.push(...meant.map(({ length }) => length));
  }
  return sizes;
}

/** Of several statements at once: planning and compiling is what most of Trino's time goes to. */
async function membersIn(lake: LakeQuery, statements: readonly string[]): Promise<string[][]> {
  const numbered = statements.map((sql, nth) => `SELECT ${nth} AS nth, profile_id FROM (${sql}) AS s${nth}`);
  const { rows } = await lake.query(numbered.join("\nUNION ALL\n"));
  return statements.map((_, nth) => rows.flatMap(([at, id]) => (at === nth ? [String(id)] : [])).sort());
}
