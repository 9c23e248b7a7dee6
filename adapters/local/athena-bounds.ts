/** What a text, and a list that a function makes, may hold at most. Athena's own `sequence` makes no more either. */
const MAX_TEXT = 1_000_000;
const MAX_ENTRIES = 10_000;
/** What is only filled up is shorter: one comes with every row. */
const MAX_FILLED = 10_000;

const TOO_LONG = `error('a text or a list may not become longer than ${MAX_TEXT} characters')`;
const TOO_FULL = `error('lpad, rpad and repeat make at most ${MAX_FILLED} characters')`;
const TOO_MANY = `error('sequence makes at most ${MAX_ENTRIES} entries')`;

/** How many entries lie between two numbers, days or times; whichever of them these are. */
const ENTRIES = `coalesce(
  (TRY_CAST(CAST(b AS VARCHAR) AS DOUBLE) - TRY_CAST(CAST(a AS VARCHAR) AS DOUBLE)) / TRY_CAST(CAST(c AS VARCHAR) AS DOUBLE),
  (epoch(TRY_CAST(CAST(b AS VARCHAR) AS TIMESTAMP)) - epoch(TRY_CAST(CAST(a AS VARCHAR) AS TIMESTAMP)))
    / epoch(TRY_CAST(CAST(c AS VARCHAR) AS INTERVAL)))`;

/**
 * Functions by which a few characters of a statement become more than a machine's memory, with bounds: the engine counts
 * what its tables hold against its limit, but not what a function makes. The bound lies within an argument, because the
 * engine works out constants from the inside.
 */
export const BOUNDED_MACROS: readonly string[] = [
  `athena_repeat(x, n) AS [x FOR i IN range(
    CASE WHEN CAST(length(CAST(x AS VARCHAR)) AS DOUBLE) * n > ${MAX_FILLED} OR n > ${MAX_FILLED} THEN ${TOO_FULL} ELSE n END)]`,
  `bounded_lpad(x, n, p) AS lpad(x, CASE WHEN n > ${MAX_FILLED} THEN ${TOO_FULL} ELSE CAST(n AS INTEGER) END, p)`,
  `bounded_rpad(x, n, p) AS rpad(x, CASE WHEN n > ${MAX_FILLED} THEN ${TOO_FULL} ELSE CAST(n AS INTEGER) END, p)`,
  `bounded_replace(x, s, r) AS replace(x, s,
    CASE WHEN CAST(len(x) AS DOUBLE) * greatest(len(r), 1) > ${100 * MAX_TEXT} THEN ${TOO_LONG} ELSE r END)`,
  `bounded_join(a, b) AS a || CASE WHEN len(a) + len(b) > ${MAX_TEXT} THEN ${TOO_LONG} ELSE b END`,
  `bounded_sequence(a, b) AS generate_series(a, CASE WHEN abs(b - a) >= ${MAX_ENTRIES} THEN ${TOO_MANY} ELSE b END,
    CASE WHEN b < a THEN -1 ELSE 1 END),
    (a, b, c) AS cast_to_type(
      generate_series(a, CASE WHEN abs(${ENTRIES}) >= ${MAX_ENTRIES} THEN ${TOO_MANY} ELSE b END, c), [a])`,
];

/** By which names the translation may call them. */
export const BOUNDED: Readonly<Record<string, string>> = {
  lpad: "bounded_lpad",
  rpad: "bounded_rpad",
  replace: "bounded_replace",
  sequence: "bounded_sequence",
  generate_series: "bounded_sequence",
  range: "bounded_sequence",
};
