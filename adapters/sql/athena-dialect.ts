import { DATE_PATTERN } from "#core/segments/date-text.ts";
import type { SqlDialect } from "./dialect.ts";
import { textLiteral } from "./literal.ts";

const firstOf = (json: string): string => `substr(json_format(${json}), 1, 1)`;

/** To Java a `$` also stands before a line break at the end, which no date has. */
const WHOLE_DATE = DATE_PATTERN.replace(/\$$/, String.raw`\z`);

/**
 * Athena engine 3 (Trino). It has no function for the type of a JSON value: the first character of its text tells.
 * A step into a list and one to a member whose name is a number are the same to it.
 */
export const athenaDialect: SqlDialect = {
  name: "athena",
  jsonAt: (column, path) => {
    const steps = path.map((step) =>
      /^[0-9]+$/.test(step) ? `[${step}]` : `["${step.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"]`,
    );
    return `json_extract(${column}, ${textLiteral(`$${steps.join("")}`)})`;
  },
  isValue: (json) => `json_format(${json}) <> 'null'`,
  text: (json) => `CASE WHEN ${firstOf(json)} = '"' THEN json_extract_scalar(${json}, '$') END`,
  number: (json) => `CASE WHEN regexp_like(json_format(${json}), '^[-0-9]') THEN CAST(${json} AS DOUBLE) END`,
  boolean: (json) => `CASE WHEN json_format(${json}) IN ('true', 'false') THEN json_format(${json}) = 'true' END`,
  time: (json) => {
    const text = `json_extract_scalar(${json}, '$')`;
    // A blank may stand before the time; nothing does where there is none.
    const joint = `CASE WHEN length(${text}) > 10 THEN 'T' ELSE '' END`;
    const instant = `TRY(from_iso8601_timestamp(concat(substr(${text}, 1, 10), ${joint}, substr(${text}, 12))))`;
    // The zone is taken off in UTC, so that the literals compared with are those of the lake's own columns.
    return `CASE WHEN regexp_like(${text}, '${WHOLE_DATE}') THEN CAST(${instant} AT TIME ZONE 'UTC' AS TIMESTAMP) END`;
  },
  anyItem: (json, test) => `any_match(TRY_CAST(${json} AS ARRAY(JSON)), item -> ${test("item")})`,
  contains: (text, part) => `strpos(${text}, ${textLiteral(part)}) > 0`,
  startsWith: (text, part) => `starts_with(${text}, ${textLiteral(part)})`,
  endsWith: (text, part) => `substr(${text}, -${Array.from(part).length}) = ${textLiteral(part)}`,
};
