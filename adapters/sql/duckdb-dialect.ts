import { DATE_PATTERN } from "#core/segments/date-text.ts";
import type { SqlDialect } from "./dialect.ts";
import { textLiteral } from "./literal.ts";

const asText = (json: string): string => `json_extract_string(${json}, '$')`;
/** JSON as it is written, quotes included. The type shows in it, at a quarter of what `json_type` takes to parse it anew. */
const written = (json: string): string => `CAST(${json} AS VARCHAR)`;

/** Text that JSON has one way to write, without any escape. */
const isPlain = (text: string): boolean => /^[ !#-[\]-~\u00a0-\u1fff]*$/.test(text);

/**
 * DuckDB 1.5. Paths are JSON pointers: the other notation takes no key that looks like a place in a list. `TRY`,
 * because one row whose text is no JSON would otherwise fail the statement for everybody.
 */
export const duckdbDialect: SqlDialect = {
  name: "duckdb",
  jsonAt: (column, path) => {
    const pointer = path.map((step) => `/${step.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
    return `TRY(json_extract(${column}, ${textLiteral(pointer)}))`;
  },
  isValue: (json) => `${written(json)} <> 'null'`,
  text: (json) => `CASE WHEN starts_with(${written(json)}, '"') THEN ${asText(json)} END`,
  // What is written as anything but a number does not read as one: text stands in quotes.
  number: (json) => `TRY_CAST(${written(json)} AS DOUBLE)`,
  boolean: (json) => `CASE WHEN ${written(json)} IN ('true', 'false') THEN ${written(json)} = 'true' END`,
  isOneOf: (json, texts) =>
    texts.every(isPlain)
      ? `${written(json)} IN (${texts.map((text) => textLiteral(`"${text}"`)).join(", ")})`
      : undefined,
  time: (json) => {
    const text = asText(json);
    // A cast to TIMESTAMP drops an offset without a word, one to TIMESTAMPTZ reads its absence by the session's zone.
    const instant =
      `CASE WHEN regexp_matches(${text}, ':[0-9.]+(Z|[+-][0-9:]+)$') ` +
      `THEN TRY_CAST(${text} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' ELSE TRY_CAST(${text} AS TIMESTAMP) END`;
    return `CASE WHEN regexp_matches(${text}, '${DATE_PATTERN}') THEN ${instant} END`;
  },
  anyItem: (json, test) => `len(list_filter(TRY_CAST(${json} AS JSON[]), lambda item: ${test("item")})) > 0`,
  contains: (text, part) => `contains(${text}, ${textLiteral(part)})`,
  startsWith: (text, part) => `starts_with(${text}, ${textLiteral(part)})`,
  endsWith: (text, part) => `ends_with(${text}, ${textLiteral(part)})`,
};
