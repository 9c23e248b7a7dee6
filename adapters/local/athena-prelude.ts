const INTEGERS =
  "('TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'UTINYINT', 'USMALLINT', 'UINTEGER', 'UBIGINT')";

/**
 * Functions of Athena that the translation leaves as they are, as macros. `soundex` is the American one, as Trino's
 * comes from Apache Commons: H and W between two letters of one code do not part them, vowels do.
 */
export const ATHENA_PRELUDE: readonly string[] = [
  `athena_divide(a, b) AS CASE WHEN typeof(a) IN ${INTEGERS} AND typeof(b) IN ${INTEGERS} THEN a // b ELSE a / b END`,
  "levenshtein_distance(a, b) AS levenshtein(a, b)",
  "hamming_distance(a, b) AS hamming(a, b)",
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
  "sequence(a, b) AS generate_series(a, b), (a, b, c) AS generate_series(a, b, c)",
  "array_join(a, b) AS array_to_string(a, b)",
  "slice(a, start, size) AS a[start:start + size - 1]",
  "from_iso8601_timestamp(x) AS CAST(x AS TIMESTAMPTZ)",
  "from_iso8601_date(x) AS CAST(x AS DATE)",
  "to_iso8601(x) AS strftime(x, '%Y-%m-%dT%H:%M:%S.%g')",
  "at_timezone(x, zone) AS x AT TIME ZONE zone",
  "json_parse(x) AS CAST(x AS JSON)",
  "json_format(x) AS CAST(to_json(x) AS VARCHAR)",
  "json_size(x, path) AS coalesce(json_array_length(x, path), len(json_keys(x, path)))",
  "map_agg(k, v) AS map_from_entries(list(DISTINCT ROW(k, v)))",
  "url_extract_host(x) AS nullif(regexp_extract(x, '^[a-zA-Z][a-zA-Z0-9+.-]*://(?:[^/?#@]*@)?([^/?#:]+)', 1), '')",
  "url_extract_path(x) AS regexp_extract(x, '^[a-zA-Z][a-zA-Z0-9+.-]*://[^/?#]*([^?#]*)', 1)",
  "url_extract_query(x) AS nullif(regexp_extract(x, '[?]([^#]*)', 1), '')",
  `url_extract_parameter(x, name) AS url_decode(nullif(regexp_extract(x,
    '[?&]' || regexp_escape(name) || '=([^&#]*)', 1), ''))`,
  "codepoint(x) AS unicode(x)",
  "bitwise_and(a, b) AS a & b",
  "bitwise_or(a, b) AS a | b",
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
