import { BOUNDED_MACROS } from "./athena-bounds.ts";

const INTEGERS =
  "('TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'UTINYINT', 'USMALLINT', 'UINTEGER', 'UBIGINT')";

/**
 * Functions of Athena that the translation leaves as they are, as macros. `soundex` is the American one, as Trino's
 * comes from Apache Commons: H and W between two letters of one code do not part them, vowels do.
 */
export const ATHENA_PRELUDE: readonly string[] = [
  ...BOUNDED_MACROS,
  `athena_divide(a, b) AS CASE WHEN typeof(a) IN ${INTEGERS} AND typeof(b) IN ${INTEGERS} THEN a // b ELSE a / b END`,
  "levenshtein_distance(a, b) AS levenshtein(a, b)",
  "hamming_distance(a, b) AS CASE WHEN a = '' AND b = '' THEN 0 ELSE hamming(a, b) END",
  `soundex(word) AS CASE WHEN regexp_matches(word, '[A-Za-z]') THEN
    rpad(upper(substr(regexp_replace(word, '[^A-Za-z]', '', 'g'), 1, 1)) || substr(
      regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        regexp_replace(translate(substr(upper(regexp_replace(word, '[^A-Za-z]', '', 'g')), 1, 1)
          || regexp_replace(substr(upper(regexp_replace(word, '[^A-Za-z]', '', 'g')), 2), '[HW]', '', 'g'),
          'BFPVCGJKQSXZDTLMNRAEIOUYHW', '11112222222233455600000000'),
        '1+', '1', 'g'), '2+', '2', 'g'), '3+', '3', 'g'), '4+', '4', 'g'), '5+', '5', 'g'), '6+', '6', 'g'),
        '^.', ''), '0', '', 'g'), 1, 3), 4, '0') ELSE '' END`,
  "element_at(x, k) AS x[k]",
  "approx_percentile(x, p) AS approx_quantile(x, p), (x, w, p) AS approx_quantile(x, p)",
  `array_join(a, b) AS array_to_string(a, b),
    (a, b, c) AS array_to_string([coalesce(CAST(item AS VARCHAR), c) FOR item IN a], b)`,
  "array_union(a, b) AS list_distinct(list_concat(a, b))",
  "arrays_overlap(a, b) AS list_has_any(a, b)",
  "zip(a, b) AS list_zip(a, b)",
  "athena_array_position(a, x) AS CASE WHEN a IS NOT NULL THEN coalesce(list_position(a, x), 0) END",
  "athena_flatten(a) AS flatten(a)",
  // Of whether a test holds for the items of a list: as in Trino an item it says nothing of leaves it open.
  `athena_any(l) AS CASE WHEN l IS NULL THEN NULL WHEN list_contains(l, TRUE) THEN TRUE
    WHEN list_count(l) < len(l) THEN NULL ELSE FALSE END`,
  `athena_all(l) AS CASE WHEN l IS NULL THEN NULL WHEN list_contains(l, FALSE) THEN FALSE
    WHEN list_count(l) < len(l) THEN NULL ELSE TRUE END`,
  "slice(a, start, size) AS a[start:start + size - 1]",
  "from_iso8601_timestamp(x) AS CAST(x AS TIMESTAMPTZ)",
  "from_iso8601_date(x) AS CAST(x AS DATE)",
  `athena_to_iso8601(x) AS CASE typeof(x) WHEN 'DATE' THEN strftime(x, '%Y-%m-%d')
    ELSE strftime(x, '%Y-%m-%dT%H:%M:%S.%g') || CASE typeof(x) WHEN 'TIMESTAMP' THEN '' ELSE 'Z' END END`,
  `athena_date_add(unit, n, x) AS cast_to_type(x + CASE lower(unit)
    WHEN 'millisecond' THEN to_milliseconds(n) WHEN 'second' THEN to_seconds(n) WHEN 'minute' THEN to_minutes(n)
    WHEN 'hour' THEN to_hours(n) WHEN 'day' THEN to_days(CAST(n AS INTEGER)) WHEN 'week' THEN to_weeks(CAST(n AS INTEGER))
    WHEN 'month' THEN to_months(CAST(n AS INTEGER)) WHEN 'quarter' THEN to_months(CAST(3 * n AS INTEGER))
    WHEN 'year' THEN to_years(CAST(n AS INTEGER)) ELSE error('date_add knows no unit ' || unit) END, x)`,
  "athena_date_trunc(unit, x) AS cast_to_type(date_trunc(unit, x), x)",
  "athena_millisecond(x) AS date_part('millisecond', x) % 1000",
  "at_timezone(x, zone) AS x AT TIME ZONE zone",
  "json_parse(x) AS CAST(x AS JSON)",
  "json_format(x) AS CAST(to_json(x) AS VARCHAR)",
  `json_size(x, path) AS CASE json_type(x, path) WHEN 'ARRAY' THEN json_array_length(x, path)
    WHEN 'OBJECT' THEN len(json_keys(x, path)) ELSE 0 * len(json_type(x, path)) END`,
  "athena_json_array_length(x) AS CASE WHEN json_type(x) = 'ARRAY' THEN json_array_length(x) END",
  "json_array_contains(x, item) AS list_contains(CAST(x AS JSON[]), to_json(item))",
  "json_array_get(x, nth) AS CAST(x AS JSON[])[nth + 1]",
  "is_json_scalar(x) AS json_type(x) NOT IN ('OBJECT', 'ARRAY')",
  "map_agg(k, v) AS map_from_entries(list(DISTINCT ROW(k, v)))",
  // As Java reads them: no address (with a blank, say) has no parts; a part that an address lacks is empty.
  `athena_of_url(x, part) AS CASE WHEN regexp_matches(x, '[\\x00-\\x20<>"{}|\\\\^\`]')
    OR regexp_matches(x, '%([^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$)') THEN NULL ELSE part END`,
  "url_extract_host(x) AS athena_of_url(x, regexp_extract(x, '^[a-zA-Z][a-zA-Z0-9+.-]*://(?:[^/?#@]*@)?([^/?#:]+)', 1))",
  "url_extract_path(x) AS athena_of_url(x, regexp_extract(x, '^(?:[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]*)?([^?#]*)', 1))",
  "url_extract_query(x) AS athena_of_url(x, regexp_extract(x, '^[^#?]*[?]([^#]*)', 1))",
  `url_extract_parameter(x, name) AS athena_of_url(x, CASE
    WHEN regexp_matches(x, '^[^#?]*[?](?:[^#]*&)?' || regexp_escape(name) || '(?:[=&#]|$)')
    THEN url_decode(regexp_extract(x, '^[^#?]*[?](?:[^#]*?&)?' || regexp_escape(name) || '=([^&#]*)', 1)) END)`,
  "athena_url_encode(x) AS replace(replace(replace(url_encode(x), '%20', '+'), '%2A', '*'), '~', '%7E')",
  "athena_url_decode(x) AS url_decode(replace(x, '+', '%20'))",
  `athena_substr(x, start) AS CASE WHEN start = 0 OR abs(start) > length(x) THEN substr(x, 1, 0) ELSE substr(x, start) END,
    (x, start, size) AS CASE WHEN start = 0 OR abs(start) > length(x) THEN substr(x, 1, 0) ELSE substr(x, start, size) END`,
  "athena_split_part(x, sep, nth) AS string_split(x, sep)[nth]",
  `athena_split(x, sep) AS string_split(x, sep),
    (x, sep, most) AS string_split(x, sep)[1:most - 1] || CASE WHEN len(string_split(x, sep)) < most THEN []
      ELSE [array_to_string(string_split(x, sep)[most:], sep)] END`,
  "regexp_count(x, pattern) AS len(regexp_extract_all(x, pattern))",
  "athena_md5(x) AS unhex(md5(x))",
  "athena_sha1(x) AS unhex(sha1(x))",
  "athena_sha256(x) AS unhex(sha256(x))",
  "athena_to_utf8(x) AS encode(x)",
  "athena_from_utf8(x) AS decode(x)",
  "athena_to_hex(x) AS hex(x)",
  "athena_from_hex(x) AS unhex(x)",
  "codepoint(x) AS unicode(x)",
  "bitwise_and(a, b) AS a & b",
  "bitwise_or(a, b) AS a | b",
  "bitwise_xor(a, b) AS xor(a, b)",
  "nan() AS CAST('nan' AS DOUBLE)",
  "infinity() AS CAST('infinity' AS DOUBLE)",
  `width_bucket(x, low, high, n) AS CASE WHEN x < low THEN 0 WHEN x >= high THEN n + 1
    ELSE CAST(floor(n * (x - low) / (high - low)) AS BIGINT) + 1 END`,
  "is_nan(x) AS isnan(x)",
  "is_finite(x) AS isfinite(x)",
  "rand() AS random()",
  "normalize(x) AS nfc_normalize(x)",
  "last_day_of_month(x) AS last_day(x)",
  "day_of_month(x) AS day(x)",
  "day_of_year(x) AS dayofyear(x)",
  "week_of_year(x) AS week(x)",
  "year_of_week(x) AS isoyear(x)",
];
