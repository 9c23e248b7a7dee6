import { calls } from "./trino-expressions-of-calls.ts";

const JSON_TEXT = `'{"a":{"b c":[1,"two",null,{"d":true}]},"n":1.50,"t":"é\\"q","z":null,"e":""}'`;

export const STRUCTURES: Readonly<Record<string, readonly string[]>> = {
  all_match: [
    "all_match(ARRAY[1, 2], x -> x > 0)",
    "all_match(ARRAY[1, NULL], x -> x > 0)",
    "all_match(CAST(ARRAY[] AS array(integer)), x -> x > 0)",
  ],
  any_match: [
    "any_match(ARRAY[1, 2], x -> x > 1)",
    "any_match(ARRAY[1, NULL], x -> x > 1)",
    "any_match(CAST(ARRAY[] AS array(integer)), x -> x > 0)",
  ],
  none_match: ["none_match(ARRAY[1, 2], x -> x > 2)", "none_match(CAST(ARRAY[] AS array(integer)), x -> x > 0)"],
  array_distinct: ["array_sort(array_distinct(ARRAY[2, 1, 2]))", "cardinality(array_distinct(ARRAY[1, NULL, NULL]))"],
  array_except: ["array_sort(array_except(ARRAY[1, 2, 3], ARRAY[2]))"],
  array_intersect: ["array_sort(array_intersect(ARRAY[1, 2, 3], ARRAY[2, 3, 4]))"],
  array_join: calls(
    "array_join",
    "ARRAY['a', 'b'], '-'",
    "ARRAY['a', NULL, 'b'], '-'",
    "ARRAY[1, 2], ','",
    "ARRAY['a', NULL], '-', '?'",
  ),
  array_max: calls("array_max", "ARRAY[1, 3, 2]", "ARRAY[1, NULL]"),
  array_min: calls("array_min", "ARRAY[1, 3, 2]"),
  array_position: calls("array_position", "ARRAY['a', 'b'], 'b'", "ARRAY['a'], 'x'"),
  array_sort: calls("array_sort", "ARRAY[3, 1, NULL, 2]", "ARRAY['b', 'B', 'ä', 'a']"),
  array_union: ["array_sort(array_union(ARRAY[1, 2], ARRAY[2, 3]))"],
  arrays_overlap: calls("arrays_overlap", "ARRAY[1, 2], ARRAY[2]", "ARRAY[1], ARRAY[2]"),
  cardinality: calls("cardinality", "ARRAY[1, 2]", "CAST(ARRAY[] AS array(integer))", "map(ARRAY['a'], ARRAY[1])"),
  contains: calls("contains", "ARRAY['a', 'b'], 'b'", "ARRAY['a'], 'x'", "ARRAY['a', NULL], 'x'"),
  element_at: calls(
    "element_at",
    "ARRAY['a', 'b'], 1",
    "ARRAY['a', 'b'], -1",
    "ARRAY['a', 'b'], 5",
    "map(ARRAY['a'], ARRAY[1]), 'a'",
    "map(ARRAY['a'], ARRAY[1]), 'b'",
  ),
  filter: ["filter(ARRAY[1, 2, 3], x -> x > 1)", "filter(ARRAY[1, NULL], x -> x IS NOT NULL)"],
  flatten: calls("flatten", "ARRAY[ARRAY[1], ARRAY[2, 3]]"),
  map_keys: ["array_sort(map_keys(map(ARRAY['b', 'a'], ARRAY[1, 2])))"],
  map_values: ["array_sort(map_values(map(ARRAY['b', 'a'], ARRAY[1, 2])))"],
  reduce: [
    "reduce(ARRAY[1, 2, 3], 0, (s, x) -> s + x, s -> s * 2)",
    "reduce(CAST(ARRAY[] AS array(integer)), 7, (s, x) -> s + x, s -> s)",
  ],
  repeat: calls("repeat", "'a', 3", "1, 0"),
  sequence: calls(
    "sequence",
    "1, 4",
    "4, 1",
    "1, 9, 4",
    "DATE '2024-02-28', DATE '2024-03-01'",
    "DATE '2024-01-01', DATE '2024-03-01', INTERVAL '1' MONTH",
  ),
  slice: calls("slice", "ARRAY[1, 2, 3, 4], 2, 2", "ARRAY[1, 2, 3, 4], -2, 2", "ARRAY[1, 2], 2, 5"),
  transform: ["transform(ARRAY[1, NULL, 3], x -> x + 1)", "transform(ARRAY['a'], x -> upper(x))"],
  zip: ["cardinality(zip(ARRAY[1, 2], ARRAY['a', 'b']))"],
  json_extract: [
    "json_format(json_extract(J, '$.a'))",
    "json_format(json_extract(J, '$.a[\"b c\"][1]'))",
    "json_format(json_extract(J, '$.n'))",
    "json_format(json_extract(J, '$.z'))",
    "json_format(json_extract(J, '$.missing'))",
    "json_format(json_extract('no json', '$.a'))",
  ].map(withJson),
  json_extract_scalar: [
    "json_extract_scalar(J, '$.n')",
    "json_extract_scalar(J, '$.t')",
    "json_extract_scalar(J, '$.z')",
    "json_extract_scalar(J, '$.e')",
    "json_extract_scalar(J, '$.a')",
    "json_extract_scalar(J, '$.missing')",
    "json_extract_scalar(J, '$.a[\"b c\"][3].d')",
    "json_extract_scalar('no json', '$.a')",
  ].map(withJson),
  json_parse: [
    "json_format(json_parse('[1, 2 , {\"a\": null}]'))",
    "try(json_parse('no json'))",
    "CAST(json_parse('\"x\"') AS varchar)",
    "CAST(json_parse('3') AS bigint)",
  ],
  json_format: ['json_format(json_parse(\'{"b":1,"a":2}\'))', "json_format(JSON '\"é\"')"],
  json_size: calls(
    "json_size",
    "'{\"a\":[1,2,3]}', '$.a'",
    "'{\"a\":{\"b\":1}}', '$.a'",
    "'{\"a\":5}', '$.a'",
    "'{\"a\":5}', '$.b'",
  ),
  json_array_length: calls("json_array_length", "'[1,2]'", "'[]'", "'{}'"),
  json_array_contains: calls("json_array_contains", "'[1,2]', 2", "'[\"a\"]', 'a'", "'[]', 1"),
  json_array_get: ["json_format(json_array_get('[1,\"b\"]', 1))", "json_format(json_array_get('[1]', 5))"],
  is_json_scalar: calls("is_json_scalar", "'1'", "'[1]'"),
  "CAST AS ARRAY": [
    "CAST(json_parse('[1,2]') AS array(bigint))",
    "TRY_CAST(json_parse('{}') AS array(bigint))",
    "CAST(json_parse('[\"a\",null]') AS array(varchar))",
  ],
};

function withJson(expression: string): string {
  return expression.replace("J", () => JSON_TEXT);
}
