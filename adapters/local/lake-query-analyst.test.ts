import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LakeQueryError } from "#core/kernel/ports.ts";
import { type LocalLakeQuery, openLakeQuery } from "./lake-query.ts";

let folder: string;
let lakeDir: string;
let open: LocalLakeQuery | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tributary-lake-"));
  lakeDir = join(folder, "lake");
});
afterEach(async () => {
  open?.close();
  open = undefined;
  await rm(folder, { recursive: true });
});

async function opened(options: Parameters<typeof openLakeQuery>[1] = {}): Promise<LocalLakeQuery> {
  open = await openLakeQuery(lakeDir, options);
  return open;
}

async function refused(query: Promise<unknown>): Promise<string> {
  const error = await query.then(
    (answer) => expect.fail(`it answered ${JSON.stringify(answer)}`),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(LakeQueryError);
  return (error as Error).message;
}

describe("an analyst", () => {
  it.each<[string, readonly unknown[]]>([
    ["SELECT 7 / 2, 7.0 / 2, -7 / 2, 7 / 2 * 1.0", [3, 3.5, -3, 3]],
    ["SELECT concat('a', NULL), concat('a', 'b', 'c'), greatest(1, NULL), least(2, 1)", [null, "abc", null, 1]],
    [
      "SELECT regexp_replace('aXa', 'a', 'b'), regexp_like('abc', 'b'), regexp_extract('abc', 'b(c)', 1)",
      ["bXb", true, "c"],
    ],
    ["SELECT date_diff('day', TIMESTAMP '2020-01-01 23:00:00', TIMESTAMP '2020-01-02 01:00:00')", [0]],
    [
      "SELECT try(date_parse('x', '%Y-%m-%d')), date_parse('2020-03-01 10:05', '%Y-%m-%d %H:%i')",
      [null, "2020-03-01T10:05:00.000Z"],
    ],
    ["SELECT format_datetime(TIMESTAMP '2020-03-01 10:05:06', 'yyyy-MM-dd''T''HH:mm:ss')", ["2020-03-01T10:05:06"]],
    ["SELECT date_format(TIMESTAMP '2020-03-01 10:05:06', '%Y-%m-%d %H:%i:%s')", ["2020-03-01 10:05:06"]],
    [
      "SELECT levenshtein_distance('kitten', 'sitting'), soundex('Robert'), soundex('Tymczak'), soundex('Ashcraft'), soundex('Pfister'), soundex('Honeyman')",
      [3, "R163", "T522", "A261", "P236", "H555"],
    ],
    [
      "SELECT element_at(ARRAY[1, 2], 2), element_at(MAP(ARRAY['a'], ARRAY[5]), 'a'), cardinality(sequence(1, 5))",
      [2, 5, 5],
    ],
    [
      "SELECT transform(ARRAY[1, 2], x -> x + 1), filter(ARRAY[1, 2], x -> x > 1), reduce(ARRAY[1, 2, 3], 0, (s, x) -> s + x, s -> s * 2)",
      [[2, 3], [2], 12],
    ],
    [
      "SELECT any_match(ARRAY[1, 2], x -> x > 1), all_match(ARRAY[1, 2], x -> x > 1), none_match(ARRAY[1], x -> x > 1)",
      [true, false, true],
    ],
    ["SELECT approx_percentile(x, 0.5), approx_distinct(x), count_if(x > 1) FROM (VALUES 1, 2, 3) AS t (x)", [2, 3, 2]],
    [
      `SELECT json_extract_scalar('{"a b":{"c''d":[7,"x"]}}', '$["a b"]["c''d"][1]'), json_extract_scalar('{"q\\"q":1}', '$["q\\"q"]')`,
      ["x", "1"],
    ],
    [
      `SELECT CAST(json_extract('{"a":"x"}', '$.a') AS varchar), json_format(json_parse('{"a":1}')), json_array_length('[1,2]')`,
      ["x", '{"a":1}', 2],
    ],
    [
      `SELECT replace(json_extract_scalar('{"a":"x y"}', '$["a"]'), ' ', 'T'), 'back\\slash\\', 'it''s -- no /* comment */'`,
      ["xTy", "back\\slash\\", "it's -- no /* comment */"],
    ],
    [
      "SELECT from_iso8601_timestamp('2020-01-01T00:00:00+01:00'), to_unixtime(TIMESTAMP '1970-01-01 00:00:01')",
      ["2019-12-31T23:00:00.000Z", 1],
    ],
    [
      "SELECT url_extract_host('https://u@example.org:80/a?b=c%20d'), url_extract_path('https://example.org/a?b=c'), url_extract_parameter('https://x/?a=1&b=c%20d', 'b')",
      ["example.org", "/a", "c d"],
    ],
    [
      "WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS x FROM a) SELECT sum(b.x) FROM b CROSS JOIN UNNEST(ARRAY[1, 2]) AS u (y)",
      [4],
    ],
    ["SELECT array_join(array_agg(x ORDER BY x), '-') FROM UNNEST(sequence(1, 3)) AS t (x)", ["1-2-3"]],
    [
      "SELECT count(*) FROM information_schema.columns WHERE table_name = 'events_log' AND column_name = 'properties'",
      [1],
    ],
    ["SELECT count(*) FROM awsdatacatalog.tributary.events_log", [0]],
  ])("writes Athena's dialect: %s", async (sql, row) => {
    const { analyst } = await opened();
    expect((await analyst.query(sql)).rows).toEqual([row]);
  });

  it.each([
    ["SELECT nope FROM events", "line 1, column 8: ", "nope"],
    ["SELECT\n  count(*)\nFROM evnts", "line 3, column 6: ", "there is no table evnts"],
    ["SELECT 1 +\n FROM events", "line 2, column 2: ", ""],
    ["SELECT nofn(1)", "line 1, column 8: ", "nofn"],
    ["SELEC 1", "line 1, column 7: ", ""],
    ["SELECT CAST('x' AS integer)", "", "'x'"],
    ["", "", "exactly one statement"],
    ["SELECT format_datetime(now(), 'QQQQ')", "", "QQQQ"],
  ])("is told what is wrong and where: %s", async (sql, place, words) => {
    const { analyst } = await opened();
    const message = await refused(analyst.query(sql));
    expect(message.slice(0, place.length)).toBe(place);
    expect(message).toContain(words);
    expect(message).not.toContain(folder);
  });

  it.each([
    "SELECT 1; SELECT 2",
    "SELECT 1; DROP VIEW events",
    "DROP VIEW events",
    "CREATE TABLE x AS SELECT 1",
    "INSERT INTO events_log SELECT * FROM events_log",
    "UPDATE events_log SET event = 'x'",
    "DELETE FROM events_log",
    "COPY events_log TO 'out.csv'",
    "COPY (SELECT 1) TO '/tmp/out.csv'",
    "EXPORT DATABASE '/tmp/x'",
    "ATTACH '/etc/passwd' AS p",
    "INSTALL httpfs",
    "LOAD httpfs",
    "PRAGMA database_list",
    "SET enable_external_access = true",
    "RESET lock_configuration",
    "USE memory.main",
    "CALL pragma_version()",
    "EXPLAIN SELECT 1",
    "DESCRIBE events",
    "SHOW TABLES",
    "SUMMARIZE events",
    "PREPARE p AS SELECT 1",
    "BEGIN",
    "CHECKPOINT",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM READ_TEXT('/etc/passwd')",
    "SELECT * FROM read_parquet('events_log/*/*.parquet')",
    "SELECT * FROM read_json_auto('/etc/passwd')",
    "SELECT * FROM glob('/**')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM parquet_metadata('x')",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_settings",
    "SELECT * FROM duckdb_views",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM pg_catalog.pg_class",
    "SELECT * FROM information_schema.schemata",
    "SELECT * FROM system.information_schema.tables",
    "SELECT * FROM pragma_database_list()",
    "SELECT * FROM range(10)",
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM query_table('events')",
    "SELECT * FROM '/etc/passwd'",
    'SELECT * FROM "/etc/passwd"',
    'SELECT * FROM "https://example.org/x.parquet"',
    "SELECT (SELECT count(*) FROM read_csv('/etc/passwd'))",
    "SELECT 1 WHERE EXISTS (SELECT 1 FROM read_csv('/etc/passwd'))",
    "SELECT 1 UNION ALL SELECT 1 FROM read_csv('/etc/passwd')",
    "SELECT 1 FROM events JOIN read_csv('/etc/passwd') r ON true",
    "SELECT 1 FROM events, LATERAL (SELECT * FROM read_csv('/etc/passwd')) r",
    "WITH r AS (SELECT * FROM read_csv('/etc/passwd')) SELECT * FROM r",
    'WITH "/etc/passwd" AS (SELECT 1) SELECT * FROM "/etc/passwd"',
    "SELECT 1 FROM (WITH duckdb_settings AS (SELECT 1) SELECT 1) x, duckdb_settings",
    "SELECT 1 ORDER BY (SELECT 1 FROM read_csv('/etc/passwd'))",
    "SELECT count(*) FILTER (WHERE EXISTS (SELECT 1 FROM glob('/*')))",
    "SELECT transform(ARRAY[1], x -> getenv('HOME'))",
    "SELECT getenv('HOME')",
    "SELECT system.main.getenv('HOME')",
    "SELECT current_setting('temp_directory')",
    "SELECT getvariable('x')",
    "SELECT current_query()",
    "SELECT json_execute_serialized_sql('{}')",
    "SELECT json_serialize_sql('SELECT 1')",
    "SELECT nextval('x')",
    "SELECT write_log('x')",
    "SELECT ?",
    "SELECT $1",
    "SELECT 1 -- */ ; DROP VIEW events; /*\n; DROP VIEW events",
    "SELECT 1 /* */ ; DROP VIEW events /* */",
    "SELECT 'a\\'; DROP VIEW events; --'",
    `SELECT ${"(".repeat(500)}1${")".repeat(500)}`,
    `SELECT ${"x".repeat(60_000)}`,
    "SELECT 'a\0b'",
    "PIVOT events ON event USING count(*)",
    "FROM events SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM UNNEST(read_text('/etc/passwd'))",
  ])("cannot reach beyond the lake: %s", async (sql) => {
    const { analyst } = await opened();
    await refused(analyst.query(sql));
    expect((await analyst.query("SELECT count(*) FROM events")).rows).toEqual([[0]]);
  });

  it("is stopped when it takes too long, and can go on with something shorter", async () => {
    const { analyst } = await opened({ analystTimeMs: 200 });
    // It would take days: that it is stopped is to be told of it at all.
    const endless =
      "SELECT count(*) FROM UNNEST(sequence(1, 9999)) AS a (x) CROSS JOIN UNNEST(sequence(1, 9999)) AS b (y) CROSS JOIN UNNEST(sequence(1, 9999)) AS c (z) WHERE x * y % 7 = z % 11";
    expect(await refused(analyst.query(endless))).toContain("longer than 200 ms");
    expect((await analyst.query("SELECT 1")).rows).toEqual([[1]]);
  });

  it("is told when there are more rows, or more text, than the limit", async () => {
    const { analyst, lake } = await opened({ analystRows: 10, analystCharacters: 5_000 });
    const some = await analyst.query("SELECT x FROM UNNEST(sequence(1, 11)) AS t (x)");
    expect([some.rows.length, some.truncated]).toEqual([10, true]);
    const all = await analyst.query("SELECT x FROM UNNEST(sequence(1, 10)) AS t (x)");
    expect([all.rows.length, all.truncated]).toEqual([10, undefined]);
    expect(await analyst.query("SELECT rpad('x', 6000, 'x')")).toMatchObject({ rows: [], truncated: true });
    expect((await lake.query("SELECT * FROM range(5000)")).rows).toHaveLength(5_000);
  });

  it("cannot take more memory than there is for everybody", async () => {
    const { analyst } = await opened({ memoryLimit: "64MB", analystTimeMs: 20_000 });
    expect(
      await refused(
        analyst.query(
          "SELECT array_agg(x || 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa') FROM (SELECT CAST(x * y AS varchar) AS x FROM UNNEST(sequence(1, 5000)) AS t (x) CROSS JOIN UNNEST(sequence(1, 1000)) AS u (y))",
        ),
      ),
    ).toMatch(/memory|longer/i);
    expect((await analyst.query("SELECT 1")).rows).toEqual([[1]]);
  });
});
