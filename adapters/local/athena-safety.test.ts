import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LakeQueryError } from "#core/kernel/ports.ts";
import { type LocalLakeQuery, openLakeQuery } from "./lake-query.ts";

let folder: string;
let open: LocalLakeQuery;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tributary-safety-"));
  open = await openLakeQuery(join(folder, "lake"), { analystTimeMs: 1_000, memoryLimit: "128MB" });
});
afterAll(async () => {
  open.close();
  await rm(folder, { recursive: true });
});

/** The refusal's words, after which the very same engine still answers. */
async function refused(sql: string): Promise<string> {
  const error = await open.analyst.query(sql).then(
    ({ rows }) => expect.fail(`it answered ${JSON.stringify(rows).slice(0, 200)}`),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(LakeQueryError);
  expect((await open.analyst.query("SELECT count(*) FROM events")).rows).toEqual([[0]]);
  return (error as Error).message;
}

const doubling = (steps: number): string => {
  const tables = Array.from({ length: steps }, (_, nth) =>
    nth === 0
      ? "c0 AS (SELECT * FROM (VALUES 1, 2) AS t (x))"
      : `c${nth} AS (SELECT a.x FROM c${nth - 1} a CROSS JOIN c${nth - 1} b)`,
  );
  return `WITH ${tables.join(", ")} SELECT count(*) FROM c${steps - 1}`;
};

describe("a statement that would take the machine with it", () => {
  it.each<[string, string, RegExp]>([
    ["loops", "WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t", /longer than/],
    ["joins itself to death", doubling(6), /longer than/],
    ["is planned to death", doubling(26), /at most 100 tables/],
    [
      "joins hundreds of tables",
      `SELECT count(*) FROM ${Array.from({ length: 150 }, (_, nth) => `(VALUES 1) AS t${nth} (x)`).join(", ")}`,
      /at most 100 tables/,
    ],
    ["is a long list", `SELECT 1 WHERE 1 IN (${"1,".repeat(12_000)}1)`, /at most 10000 words/],
    ["is too long", `SELECT '${"x".repeat(10_000_000)}'`, /at most 50000 characters/],
    ["negates thousandfold", `SELECT ${"NOT ".repeat(4_000)} true`, /nests too deeply/],
    ["adds thousandfold", `SELECT 1 ${"+ 1 ".repeat(4_000)}`, /nests too deeply/],
    ["unites thousandfold", `SELECT 1 ${"UNION ALL SELECT 1 ".repeat(2_000)}`, /nests too deeply/],
    ["nests cases", `SELECT ${"CASE WHEN true THEN ".repeat(900)} 1 ${" END".repeat(900)}`, /nests too deeply/],
    ["nests lists", `SELECT ${"ARRAY[".repeat(90)}1${"]".repeat(90)}`, /nests too deeply/],
    ["fills a text", "SELECT rpad('x', 2000000000, 'x')", /at most 10000 characters/],
    ["repeats a text", "SELECT repeat('x', 1000000000)", /at most 10000 characters/],
    ["counts to a thousand billion", "SELECT cardinality(sequence(1, 1000000000000))", /at most 10000 entries/],
    [
      "counts seconds of all time",
      "SELECT cardinality(sequence(DATE '0001-01-01', DATE '9999-12-31', INTERVAL '1' SECOND))",
      /at most 10000 entries/,
    ],
    [
      "replaces letters by books",
      "SELECT replace(rpad('a', 10000, 'a'), 'a', rpad('b', 10000, 'b')), replace(replace(rpad('a', 9000, 'a'), 'a', rpad('b', 9000, 'b')), 'b', rpad('c', 9000, 'c'))",
      /longer than 1000000 characters|longer than 1000 ms/,
    ],
  ])("and %s is refused, in words", async (_, sql, words) => {
    expect(await refused(sql)).toMatch(words);
  });

  it("may still count, fill and replace as far as anybody needs", async () => {
    const { rows } = await open.analyst.query(`SELECT cardinality(sequence(1, 10000)), cardinality(sequence(10, 1, -1)),
      cardinality(sequence(DATE '2026-01-01', DATE '2026-12-31', INTERVAL '1' DAY)),
      length(rpad('x', 10000, 'y')), lpad('7', 3, '0'), replace('aXa', 'X', 'yy'), cardinality(repeat(1, 5))`);
    expect(rows).toEqual([[10_000, 10, 365, 10_000, "007", "ayya", 5]]);
  });
});

describe("a statement that hides something", () => {
  it.each([
    "SELECT ‘a’; DROP VIEW events",
    "SELECT ＇a＇",
    "SELECT 1; -- \u2028 DROP VIEW events",
    "SELECT 1 /* /* */ ; DROP VIEW events */",
    "SELECT U&'\\0027; DROP VIEW events'",
    "SELECT \"getenv\"('HOME')",
    "SELECT main.getenv('HOME')",
    "SELECT 'HOME'.getenv()",
    "SELECT transform(ARRAY['HOME'], getenv)",
    "SELECT filter(ARRAY['x'], x -> current_setting(x) = '')",
    "SELECT * FROM memory.information_schema.tables",
    'SELECT * FROM "duckdb_settings"()',
    "TABLE duckdb_settings",
    "SELECT * FROM repeat('x', 1000000000)",
    "EXECUTE p",
    "SET VARIABLE x = 1",
    "SELECT 1 INTO OUTFILE '/tmp/x'",
  ])("is refused: %s", async (sql) => {
    if (sql.startsWith("SELECT 1; --")) {
      // A comment to the end of the line, which this sign does not end: nothing but SELECT 1 is run.
      expect((await open.analyst.query(sql)).rows).toEqual([[1]]);
      return;
    }
    await refused(sql);
  });

  const PIECES = [
    "SELECT",
    "FROM",
    "events",
    "WHERE",
    "1",
    "'a'",
    '"b"',
    ";",
    "--",
    "/*",
    "*/",
    "(",
    ")",
    ",",
    "\n",
    "’",
    "$$",
    "E'",
    "\\'",
    "UNION",
    "WITH",
    "x",
    "AS",
    "DROP VIEW events",
    "COPY",
    "ATTACH 'x'",
    "PRAGMA",
    "read_csv('/etc/passwd')",
    "getenv('HOME')",
    "'/etc/passwd'",
    "duckdb_settings()",
    "SET",
    "=",
    "*",
    "LATERAL",
    "UNNEST",
    "ARRAY[",
    "]",
    "->",
  ] as const;

  it("whatever is put together of such pieces is answered or refused, and changes nothing", {
    timeout: 300_000,
  }, async () => {
    const pieces = fc.array(fc.constantFrom(...PIECES), { maxLength: 14 });
    await fc.assert(
      fc.asyncProperty(pieces, fc.boolean(), async (parts, begins) => {
        const sql = `${begins ? "SELECT " : ""}${parts.join(" ")}`;
        const answer = await open.analyst.query(sql).catch((error: unknown) => error);
        expect(answer instanceof Error ? answer.name : "answered").toMatch(/^(answered|LakeQueryError)$/);
        expect(JSON.stringify(answer)).not.toContain("root:");
      }),
      { numRuns: 150 },
    );
    expect((await open.analyst.query("SELECT count(*) FROM events")).rows).toEqual([[0]]);
    expect((await open.lake.query("SELECT current_setting('enable_external_access')")).rows).toEqual([[false]]);
  });
});

describe("the pages of an answer", () => {
  const size = { rows: 4, characters: 1_000 };

  it("are of one answer, end early where rows are large, and hold every row once", async () => {
    const sql = "SELECT x, rpad('y', x * 20, 'y') AS y FROM UNNEST(sequence(1, 21)) AS t (x) ORDER BY x";
    const pages = [await open.analyst.query(sql, { page: size })];
    for (let next = pages[0]?.next; next !== undefined; next = pages.at(-1)?.next) {
      const page = await open.analyst.next(next, size);
      if (page === undefined) break;
      pages.push(page);
    }
    expect(pages.flatMap(({ rows }) => rows.map(([x]) => x))).toEqual(Array.from({ length: 21 }, (_, at) => at + 1));
    expect(pages.every(({ rows, columns }) => rows.length >= 1 && rows.length <= 4 && columns.length === 2)).toBe(true);
    expect(pages.at(-1)?.next).toBeUndefined();
    // A page may be asked for again.
    expect(await open.analyst.next(pages[0]?.next ?? "", size)).toEqual(pages[1]);
  });

  it("are refused where one row alone is too large, and unknown where the cursor is none of ours", async () => {
    const large = open.analyst.query("SELECT rpad('x', 2000, 'x')", { page: size });
    await expect(large).rejects.toThrow("a row has more than 1000 characters");
    for (const cursor of ["", "x", "../../etc/passwd", "00000000-0000-4000-8000-000000000000.0"]) {
      expect(await open.analyst.next(cursor, size)).toBeUndefined();
    }
  });
});
