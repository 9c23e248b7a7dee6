/** An aggregate over a column of values: one with repetitions, a null and an order of its own; one without rows. */
const over = (call: string, values: string): readonly string[] => [
  `(SELECT ${call} FROM (VALUES ${values}) AS t (x))`,
  `(SELECT ${call} FROM (VALUES ${values}) AS t (x) WHERE x IS NULL)`,
];

const NUMBERS = "3, 1, NULL, 2, 2, 10";
const TEXTS = "'b', 'a', NULL, 'ä', 'b', 'B'";

/** Two columns: what is to be had, and by what it is ordered. */
const pairs = (call: string): string =>
  `(SELECT ${call} FROM (VALUES ('b', 2), ('a', 1), ('c', NULL), (NULL, 9)) AS t (x, y))`;

/** A window function over a few rows with ties, read back in the order of the rows. */
const windowed = (call: string): string =>
  `(SELECT array_agg(w ORDER BY id) FROM (SELECT id, ${call} AS w FROM (VALUES (1, 10), (2, 20), (3, 20), (4, NULL), (5, 50)) AS t (id, x)) AS q)`;

export const AGGREGATES: Readonly<Record<string, readonly string[]>> = {
  any_value: ["(SELECT any_value(x) FROM (VALUES 1, 1) AS t (x))", "(SELECT arbitrary(x) FROM (VALUES 1, 1) AS t (x))"],
  approx_distinct: over("approx_distinct(x)", NUMBERS),
  approx_percentile: [
    ...over("approx_percentile(x, 0.5)", "1, 2, 3, 4, 5"),
    ...over("approx_percentile(x, 0.9)", "1, 2, 3, 4, 5"),
    ...over("approx_percentile(x, 0.5)", "1e0, 2e0, 10e0"),
  ],
  array_agg: [...over("array_agg(x ORDER BY x)", NUMBERS), ...over("array_agg(DISTINCT x)", "1, 1")],
  avg: [...over("avg(x)", NUMBERS), ...over("avg(x)", "1.10, 2.25"), ...over("avg(x)", "1e0, 2e0")],
  bool_and: over("bool_and(x > 1)", NUMBERS),
  bool_or: over("bool_or(x > 9)", NUMBERS),
  count: [...over("count(*)", NUMBERS), ...over("count(x)", NUMBERS), ...over("count(DISTINCT x)", NUMBERS)],
  count_if: over("count_if(x > 1)", NUMBERS),
  listagg: over("listagg(x, ',') WITHIN GROUP (ORDER BY x)", TEXTS),
  map_agg: ["element_at((SELECT map_agg(x, y) FROM (VALUES ('a', 1), ('b', 2)) AS t (x, y)), 'b')"],
  max: [...over("max(x)", NUMBERS), ...over("max(x)", TEXTS)],
  max_by: [pairs("max_by(x, y)"), pairs("max_by(x, y) FILTER (WHERE x IS NOT NULL)")],
  min: [...over("min(x)", NUMBERS), ...over("min(x)", TEXTS)],
  min_by: [pairs("min_by(x, y)"), pairs("min_by(x, y) FILTER (WHERE y > 5)")],
  stddev: over("stddev(x)", NUMBERS),
  stddev_pop: over("stddev_pop(x)", NUMBERS),
  sum: [
    ...over("sum(x)", NUMBERS),
    ...over("sum(x)", "1.10, 2.25"),
    ...over("sum(x)", "0.5e0, 2e0"),
    ...over("sum(DISTINCT x)", NUMBERS),
  ],
  variance: over("variance(x)", NUMBERS),
  corr: ["(SELECT corr(x, y) FROM (VALUES (1e0, 2e0), (2e0, 4e0), (3e0, 7e0)) AS t (x, y))"],
  geometric_mean: over("geometric_mean(x)", "1e0, 4e0"),
  histogram: ["element_at((SELECT histogram(x) FROM (VALUES 'a', 'b', 'a') AS t (x)), 'a')"],
};

export const WINDOWS: Readonly<Record<string, readonly string[]>> = {
  row_number: [windowed("row_number() OVER (ORDER BY x DESC, id)"), windowed("row_number() OVER (ORDER BY x, id)")],
  rank: [windowed("rank() OVER (ORDER BY x)"), windowed("rank() OVER (ORDER BY x DESC)")],
  dense_rank: [windowed("dense_rank() OVER (ORDER BY x)")],
  percent_rank: [windowed("percent_rank() OVER (ORDER BY x)")],
  cume_dist: [windowed("cume_dist() OVER (ORDER BY x)")],
  ntile: [windowed("ntile(2) OVER (ORDER BY x, id)"), windowed("ntile(3) OVER (ORDER BY id)")],
  lag: [windowed("lag(x) OVER (ORDER BY id)"), windowed("lag(x, 2, 0) OVER (ORDER BY id)")],
  lead: [windowed("lead(x) OVER (ORDER BY id)")],
  first_value: [windowed("first_value(x) OVER (ORDER BY id)"), windowed("first_value(x) OVER (ORDER BY x DESC, id)")],
  last_value: [windowed("last_value(x) OVER (ORDER BY id)")],
  nth_value: [windowed("nth_value(x, 2) OVER (ORDER BY id)")],
  "sum OVER": [
    windowed("sum(x) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)"),
    windowed("sum(x) OVER (ORDER BY x)"),
  ],
};
