import { calls } from "./trino-expressions-of-calls.ts";

const AT = "TIMESTAMP '2024-02-29 13:05:09.120'";
const OTHER = "TIMESTAMP '2023-12-31 23:59:59.999'";

export const TIMES: Readonly<Record<string, readonly string[]>> = {
  date: [`date(${AT})`, "date('2024-02-29')"],
  date_add: calls(
    "date_add",
    `'day', 1, ${AT}`,
    `'month', 1, TIMESTAMP '2024-01-31 00:00:00'`,
    `'hour', -5, ${AT}`,
    "'week', 2, DATE '2024-02-29'",
    "'year', 1, DATE '2024-02-29'",
  ),
  date_diff: calls(
    "date_diff",
    `'day', ${OTHER}, ${AT}`,
    `'month', ${OTHER}, ${AT}`,
    `'hour', ${AT}, ${OTHER}`,
    `'millisecond', ${OTHER}, ${AT}`,
    `'week', ${OTHER}, ${AT}`,
    `'year', ${OTHER}, ${AT}`,
    "'day', DATE '2024-02-28', DATE '2024-03-01'",
    "'month', DATE '2024-01-31', DATE '2024-02-29'",
  ),
  date_format: calls(
    "date_format",
    `${AT}, '%Y-%m-%d %H:%i:%s'`,
    `${AT}, '%W %M %e %Y, %h:%i %p'`,
    `${AT}, '%a %b %d %j %y'`,
    `${AT}, '%x-W%v'`,
    `${AT}, '%f'`,
    `${AT}, '%T'`,
    `${AT}, '%c/%e %k:%l'`,
  ),
  date_parse: calls(
    "date_parse",
    "'2024-02-29 13:05:09', '%Y-%m-%d %H:%i:%s'",
    "'29/02/24', '%d/%m/%y'",
    "'Feb 29 2024', '%b %d %Y'",
  ),
  "try(date_parse)": ["try(date_parse('x', '%Y'))", "try(date_parse('2024-02-30', '%Y-%m-%d'))"],
  date_trunc: ["second", "minute", "hour", "day", "week", "month", "quarter", "year"]
    .map((unit) => `date_trunc('${unit}', ${AT})`)
    .concat("date_trunc('month', DATE '2024-02-29')"),
  day: calls("day", AT),
  day_of_month: calls("day_of_month", AT),
  day_of_week: calls("day_of_week", AT, "DATE '2024-03-03'"),
  day_of_year: calls("day_of_year", AT),
  extract: ["year", "quarter", "month", "week", "day", "dow", "doy", "hour", "minute", "second"]
    .map((field) => `extract(${field} FROM ${AT})`)
    .concat("extract(dow FROM DATE '2024-03-03')"),
  format_datetime: calls(
    "format_datetime",
    `${AT}, 'yyyy-MM-dd''T''HH:mm:ss.SSS'`,
    `${AT}, 'EEE d MMM yy h:mm a'`,
    `${AT}, 'xxxx-''W''ww'`,
  ),
  parse_datetime: ["CAST(parse_datetime('2024-02-29 13:05', 'yyyy-MM-dd HH:mm') AS timestamp)"],
  from_iso8601_date: calls("from_iso8601_date", "'2024-02-29'"),
  from_iso8601_timestamp: calls(
    "from_iso8601_timestamp",
    "'2024-02-29T13:05:09.120Z'",
    "'2024-02-29T13:05:09+02:00'",
    "'2024-02-29'",
  ),
  from_unixtime: calls("from_unixtime", "1709211909", "1709211909.5e0"),
  to_unixtime: calls("to_unixtime", AT, "TIMESTAMP '1969-12-31 23:59:59.500'"),
  to_iso8601: calls("to_iso8601", AT, "DATE '2024-02-29'", `${AT} AT TIME ZONE 'UTC'`),
  at_timezone: [
    "CAST(at_timezone(from_iso8601_timestamp('2024-03-31T00:30:00Z'), 'Europe/Paris') AS timestamp)",
    "CAST(at_timezone(from_iso8601_timestamp('2024-03-31T01:30:00Z'), 'Europe/Paris') AS timestamp)",
  ],
  "AT TIME ZONE": ["CAST(from_iso8601_timestamp('2024-07-01T00:30:00Z') AT TIME ZONE 'America/New_York' AS varchar)"],
  hour: calls("hour", AT),
  minute: calls("minute", AT),
  second: calls("second", AT),
  millisecond: calls("millisecond", AT),
  month: calls("month", AT),
  quarter: calls("quarter", AT),
  week: calls("week", AT, "DATE '2024-12-30'"),
  week_of_year: calls("week_of_year", "DATE '2021-01-01'"),
  year: calls("year", AT),
  year_of_week: calls("year_of_week", "DATE '2021-01-01'"),
  last_day_of_month: calls("last_day_of_month", AT),
  INTERVAL: [
    `${AT} + INTERVAL '1' MONTH`,
    `${AT} - INTERVAL '36' HOUR`,
    "DATE '2024-02-29' - INTERVAL '1' DAY",
    "CAST(DATE '2024-02-29' - INTERVAL '1' DAY AS varchar)",
  ],
};
