import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Json } from "#core/kernel/json.ts";
import { type LocalLakeQuery, openLakeQuery } from "./lake-query.ts";

/** What Trino answered where the translation, left to itself, would say something else or fail. */
const ANSWERS: readonly (readonly [expression: string, answer: Json])[] = [
  ["date_add('day', -7, DATE '2024-03-01')", "2024-02-23"],
  ["date_add('hour', -5, TIMESTAMP '2024-02-29 13:05:09.120')", "2024-02-29T08:05:09.120Z"],
  ["date_add('month', 1, TIMESTAMP '2024-01-31 00:00:00')", "2024-02-29T00:00:00.000Z"],
  ["DATE '2024-02-29' - INTERVAL '1' DAY", "2024-02-28"],
  ["date_trunc('month', DATE '2024-02-29')", "2024-02-01"],
  ["date_format(TIMESTAMP '2024-02-29 13:05:09', '%W %M %e, %k:%i')", "Thursday February 29, 13:05"],
  ["try(date_parse('2024-02-30', '%Y-%m-%d'))", null],
  ["extract(dow FROM DATE '2024-03-03')", 7],
  ["millisecond(TIMESTAMP '2024-02-29 13:05:09.120')", 120],
  ["to_iso8601(DATE '2024-02-29')", "2024-02-29"],
  ["any_match(CAST(ARRAY[] AS array(integer)), x -> x > 0)", false],
  ["any_match(ARRAY[1, NULL], x -> x > 1)", null],
  ["all_match(CAST(ARRAY[] AS array(integer)), x -> x > 0)", true],
  ["flatten(ARRAY[ARRAY[1], ARRAY[2, 3]])", [1, 2, 3]],
  ["sequence(4, 1)", [4, 3, 2, 1]],
  ["sequence(DATE '2024-01-01', DATE '2024-02-01', INTERVAL '1' MONTH)", ["2024-01-01", "2024-02-01"]],
  ["repeat('a', 2)", ["a", "a"]],
  ["array_position(ARRAY['a'], 'x')", 0],
  ["json_extract_scalar('{\"a\":{\"b\":1}}', '$.a')", null],
  ["json_extract_scalar('no json', '$.a')", null],
  ["json_extract_scalar('{\"a\":\"é\"}', '$.a')", "é"],
  ["CAST(json_extract('{\"a\":\"x\"}', '$.a') AS varchar)", "x"],
  ["json_array_length('{}')", null],
  ["json_size('{\"a\":{\"b\":1}}', '$.a')", 1],
  ["split_part('a,b,c', ',', 4)", null],
  ["split('a,b,c', ',', 2)", ["a", "b,c"]],
  ["substr('abcdef', 0, 2)", ""],
  ["substr('abcdef', -3, 2)", "de"],
  ["url_encode('a b&é')", "a+b%26%C3%A9"],
  ["url_extract_query('https://x.example/a')", ""],
  ["url_extract_parameter('https://x.example/?a=1&b=c%20d', 'b')", "c d"],
  ["lower(to_hex(sha256(to_utf8('é'))))", "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"],
  ["(SELECT count_if(x > 1) FROM (VALUES 1) AS t (x) WHERE x > 1)", 0],
  // A text and a column of such a name are no calls.
  ["(SELECT 'date_add(x)' || date_add FROM (VALUES ('!')) AS t (date_add))", "date_add(x)!"],
];

describe("a function of Athena", () => {
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

  it.each(ANSWERS)("answers as Trino does: %s", async (expression, answer) => {
    expect((await open.analyst.query(`SELECT ${expression} AS answer`)).rows).toEqual([[answer]]);
  });

  it("refuses a unit and a pattern that there are not", async () => {
    await expect(open.analyst.query("SELECT date_add('fortnight', 1, DATE '2024-01-01')")).rejects.toThrow("no unit");
    await expect(open.analyst.query("SELECT date_format(DATE '2024-01-01', '%D')")).rejects.toThrow("%D");
  });
});
