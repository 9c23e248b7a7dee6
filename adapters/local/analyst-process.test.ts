import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LakeQueryError, LakeQueryTimeout, LakeQueryTooLarge, type QueryPage } from "#core/kernel/ports.ts";
import { type AnalystProcess, openAnalystProcess } from "./analyst-process.ts";
import { type LocalLakeQuery, openLakeQuery } from "./lake-query.ts";

const MEGABYTE = 1024 * 1024;

let folder: string;
let here: LocalLakeQuery;
const opened: AnalystProcess[] = [];
const open = (options: Parameters<typeof openAnalystProcess>[1] = {}): AnalystProcess => {
  const analysts = openAnalystProcess(join(folder, "lake"), options);
  opened.push(analysts);
  return analysts;
};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tributary-analysts-"));
  here = await openLakeQuery(join(folder, "lake"));
});
afterAll(async () => {
  here.close();
  await Promise.all(opened.map(({ close }) => close()));
  await rm(folder, { recursive: true });
});

const refusal = async ({ analyst }: AnalystProcess, sql: string): Promise<unknown> => {
  const error = await analyst.query(sql).then(
    ({ rows }) => expect.fail(`it answered ${JSON.stringify(rows).slice(0, 200)}`),
    (thrown: unknown) => thrown,
  );
  expect((await analyst.query("SELECT count(*) FROM events")).rows).toEqual([[0]]);
  return error;
};

const LIST = "sequence(1, 10000)";
const MANY = `UNNEST(${LIST}) AS t (x) CROSS JOIN UNNEST(${LIST}) AS u (y)`;

describe("in a process of its own", () => {
  const SOME = `SELECT x, CAST(x AS varchar) AS text, ARRAY[x, NULL] AS list, x % 2 = 0 AS even,
    TIMESTAMP '2026-11-02 10:00:00' AS at FROM UNNEST(${LIST}) AS t (x) ORDER BY x`;

  it("the answer is the one that would be given here, whole and page by page", async () => {
    const { analyst } = open();
    const whole = await here.analyst.query(SOME);
    expect(await analyst.query(SOME)).toEqual(whole);
    const size = { rows: 3_000, characters: 1_000_000 };
    const pages: QueryPage[] = [await analyst.query(SOME, { page: size })];
    for (let next = pages[0]?.next; next !== undefined; next = pages.at(-1)?.next) {
      pages.push((await analyst.next(next, size)) as QueryPage);
    }
    expect(pages.map(({ rows }) => rows.length)).toEqual([3_000, 3_000, 3_000, 1_000]);
    expect(pages.flatMap(({ rows }) => rows)).toEqual(whole.rows);
    expect(await analyst.next("00000000-0000-4000-8000-000000000000.0", size)).toBeUndefined();
  });

  it("answers are cut off where they would here, and errors are the same", async () => {
    const { analyst } = open({ query: { analystRows: 7_000 } });
    expect(await analyst.query(SOME)).toMatchObject({ truncated: true, rows: { length: 7_000 } });
    const first = await analyst.query(SOME, { page: { rows: 4_000, characters: 1_000_000 } });
    expect(first.truncated).toBeUndefined();
    expect(await analyst.next(first.next ?? "", { rows: 1, characters: 1 })).toMatchObject({
      truncated: true,
      rows: { length: 3_000 },
    });
    for (const sql of ["SELECT nothing FROM events", "SELEC 1", "SELECT * FROM read_csv('x')"]) {
      const asHere = await here.analyst.query(sql).catch((error: unknown) => error);
      const asThere = await analyst.query(sql).catch((error: unknown) => error);
      expect(String(asThere)).toBe(String(asHere));
      expect(asThere).toBeInstanceOf(LakeQueryError);
    }
    await expect(
      analyst.query("SELECT rpad('x', 2000, 'x')", { page: { rows: 1, characters: 1_000 } }),
    ).rejects.toThrow("a row has more than 1000 characters");
  });
});

describe("a statement that takes too much memory", () => {
  // One process for all: after each of them another one answers.
  const analysts = (): AnalystProcess => opened.at(-1) as AnalystProcess;
  beforeAll(() => void open({ residentBytes: 480 * MEGABYTE, query: { analystTimeMs: 600_000 } }));

  it.each([
    ["makes rows of lists", `SELECT ${LIST}, x FROM UNNEST(${LIST}) AS t (x)`],
    ["makes lists of lists", `SELECT transform(${LIST}, i -> ${LIST}) FROM UNNEST(${LIST}) AS t (x)`],
    ["gathers a list of lists", `SELECT cardinality(array_agg(${LIST})) FROM ${MANY}`],
    ["gathers texts", `SELECT length(array_join(array_agg(rpad('x', 10000, 'x')), ',')) FROM ${MANY}`],
  ])("and %s is told so, and what to do", async (_, sql) => {
    const error = await refusal(analysts(), sql);
    expect(error).toBeInstanceOf(LakeQueryTooLarge);
    expect((error as Error).message).toMatch(/more memory than there is.*ask for fewer days/);
  });

  it("takes nobody else's answer with it, and leaves nothing in the lake's folder", async () => {
    const { analyst } = analysts();
    const asked = await Promise.allSettled([
      analyst.query(`SELECT ${LIST}, x FROM UNNEST(${LIST}) AS t (x)`),
      analyst.query(`SELECT count(*) FROM ${MANY}`),
      analyst.query(`SELECT count(*) + 1 FROM ${MANY}`),
    ]);
    expect(asked).toMatchObject([
      { status: "rejected", reason: expect.any(LakeQueryTooLarge) },
      { status: "fulfilled", value: { rows: [[100_000_000]] } },
      { status: "fulfilled", value: { rows: [[100_000_001]] } },
    ]);
    await analysts().close();
    expect(await readdir(join(folder, "lake"))).toEqual([]);
  });
});

describe("a statement that takes too long", () => {
  beforeAll(() => void open({ query: { analystTimeMs: 300 } }));

  it.each([
    ["loops", "WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT (n + 1) % 10 FROM t) SELECT count(*) FROM t"],
    [
      "joins itself to death",
      `SELECT count(*) FROM ${MANY}, UNNEST(${LIST}) AS v (z), UNNEST(${LIST}) AS w (a) WHERE x + y + z + a = 7`,
    ],
  ])("and %s is stopped", async (_, sql) => {
    expect(await refusal(opened.at(-1) as AnalystProcess, sql)).toBeInstanceOf(LakeQueryTimeout);
  });

  it.each([
    ["counts to a thousand billion", "SELECT cardinality(sequence(1, 1000000000000))", /at most 10000 entries/],
    ["repeats a text", "SELECT repeat('x', 1000000000)", /at most 10000 characters/],
  ])("and %s does not begin", async (_, sql, words) => {
    const error = await refusal(opened.at(-1) as AnalystProcess, sql);
    expect(error).toBeInstanceOf(LakeQueryError);
    expect((error as Error).message).toMatch(words);
  });
});
