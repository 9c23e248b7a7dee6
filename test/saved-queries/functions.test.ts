import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LocalLakeQuery, openLakeQuery } from "#adapters/local/lake-query.ts";
import { lakeValue } from "#adapters/local/lake-query-values.ts";
import { SESSIONS } from "#contracts/lake-sessions.ts";
import { SAVED_QUERIES } from "#contracts/saved-queries/saved-queries.ts";

const PAGE = resolve(import.meta.dirname, "../../docs/parity.md");
const BEGIN = "<!-- functions -->";
const END = "<!-- /functions -->";

/** Each function and operator that saved queries and segments use, with what tells the engines apart. */
const EXAMPLES: Readonly<Record<string, string>> = {
  "/": "7 / 2",
  abs: "abs(-2)",
  any_match: "any_match(ARRAY[1, 2], x -> x > 1)",
  array: "CAST(ARRAY[1, 2] AS ARRAY(JSON))",
  avg: "(SELECT avg(CAST(x AS DOUBLE)) FROM (VALUES 1, 2, NULL) AS t (x))",
  bool_or: "(SELECT bool_or(x) FROM (VALUES true, NULL) AS t (x))",
  cast: "CAST(DATE '2026-01-31' AS VARCHAR)",
  coalesce: "coalesce(NULL, 'a')",
  concat: "concat('a', NULL)",
  count: "(SELECT count(*) FILTER (WHERE x > 1) FROM (VALUES 1, 2) AS t (x))",
  current_date: "current_date > DATE '2020-01-01'",
  date_diff: "date_diff('day', TIMESTAMP '2026-01-01 23:00:00', TIMESTAMP '2026-01-02 01:00:00')",
  date_format: "date_format(TIMESTAMP '2026-01-31 10:00:00', '%Y-%m')",
  date_trunc: "CAST(date_trunc('week', TIMESTAMP '2026-01-01 10:00:00') AS DATE)",
  dense_rank: "(SELECT max(n) FROM (SELECT dense_rank() OVER (ORDER BY x) AS n FROM (VALUES 1, 1, 2) AS t (x)) AS r)",
  ends_with: "substr('abc', -2) = 'bc'",
  floor: "floor(-1.5)",
  from_iso8601_timestamp: "from_iso8601_timestamp('2026-01-01T00:00:00+01:00')",
  greatest: "greatest(1, NULL)",
  json_extract: `CAST(json_extract('{"a b":"x"}', '$["a b"]') AS VARCHAR)`,
  json_extract_scalar: `json_extract_scalar('{"a b":["x"]}', '$["a b"][0]')`,
  json_format: `json_format(json_parse('{"a":null}'))`,
  json_parse: `json_extract_scalar(json_parse('{"a":1}'), '$.a')`,
  lag: "(SELECT max(b) FROM (SELECT lag(x) OVER (ORDER BY x) AS b FROM (VALUES 1, 2) AS t (x)) AS l)",
  length: "length('été')",
  map: `map_keys(CAST(json_parse('{"a":1}') AS MAP(VARCHAR, JSON)))`,
  map_keys: `cardinality(map_keys(CAST(json_parse('{}') AS MAP(VARCHAR, JSON))))`,
  max: "(SELECT max(x) FROM (VALUES 1, NULL) AS t (x))",
  max_by: "(SELECT max_by(x, y) FROM (VALUES ('a', 1), (NULL, 2)) AS t (x, y))",
  min: "(SELECT min(x) FROM (VALUES 1, NULL) AS t (x))",
  min_by: "(SELECT min_by(x, y) FILTER (WHERE x IS NOT NULL) FROM (VALUES (NULL, 1), ('b', 2)) AS t (x, y))",
  ntile: "(SELECT max(n) FROM (SELECT ntile(5) OVER (ORDER BY x) AS n FROM (VALUES 1, 2, 3) AS t (x)) AS r)",
  nullif: "nullif(0, 0)",
  regexp_like: "regexp_like('abc', 'b')",
  round: "round(2.345, 2)",
  row_number: "(SELECT max(n) FROM (SELECT row_number() OVER (ORDER BY x) AS n FROM (VALUES 5, 6) AS t (x)) AS r)",
  sequence: "cardinality(sequence(0, 27))",
  sqrt: "sqrt(2e0)",
  starts_with: "starts_with('abc', 'ab')",
  stddev_pop: "(SELECT stddev_pop(x) FROM (VALUES 1e0, 3e0) AS t (x))",
  strpos: "strpos('abc', 'c')",
  substr: "substr('abc', 2)",
  sum: "(SELECT sum(x) FROM (VALUES NULL) AS t (x))",
  try: "try(date_parse('x', '%Y-%m-%d'))",
  try_cast: "try_cast('x' AS DOUBLE)",
  unnest: "(SELECT sum(x) FROM UNNEST(sequence(1, 3)) AS t (x))",
};

/** Words before a parenthesis that are no functions. */
const SYNTAX = new Set(["varchar"]);

let folder: string;
let open: LocalLakeQuery;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tributary-functions-"));
  open = await openLakeQuery(join(folder, "lake"));
});
afterAll(async () => {
  open.close();
  await rm(folder, { recursive: true });
});

describe("what saved queries are made of", () => {
  it("are functions of which there is an example", () => {
    const texts = [...Object.values(SAVED_QUERIES).map(({ sql }) => sql), SESSIONS];
    const used = new Set(texts.flatMap((sql) => [...sql.matchAll(/\b([a-z_0-9]+)\(/gi)].map(([, name = ""]) => name)));
    const named = [...used].map((name) => name.toLowerCase()).filter((name) => !SYNTAX.has(name));
    expect(named.filter((name) => !Object.hasOwn(EXAMPLES, name))).toEqual([]);
  });

  it("are told of in docs/parity.md as they are (written by -u)", async () => {
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    const alone = async (expression: string): Promise<string> => {
      const answer = await connection.runAndReadAll(`SELECT ${expression}`).catch(() => undefined);
      const [value] = answer?.getRows()[0] ?? [];
      return value === undefined ? "refused" : code(JSON.stringify(lakeValue(value)));
    };
    const rows: string[] = [];
    for (const [name, expression] of Object.entries(EXAMPLES)) {
      const here = (await open.analyst.query(`SELECT ${expression}`)).rows[0]?.[0];
      rows.push(`| ${code(name)} | ${code(expression)} | ${code(JSON.stringify(here))} | ${await alone(expression)} |`);
    }
    connection.closeSync();
    instance.closeSync();
    const [before, rest] = readFileSync(PAGE, "utf8").split(BEGIN);
    const after = rest?.split(END)[1];
    if (before === undefined || after === undefined) throw new Error(`docs/parity.md has no ${BEGIN} … ${END}`);
    const table = ["| function | asked | on one machine | DuckDB by itself |", "| --- | --- | --- | --- |", ...rows];
    await expect(`${before}${BEGIN}\n\n${table.join("\n")}\n\n${END}${after}`).toMatchFileSnapshot(PAGE);
  });
});

const code = (text: string): string => `\`${text.replaceAll("|", "\\|")}\``;
