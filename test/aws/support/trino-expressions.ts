import { AGGREGATES, WINDOWS } from "./trino-expressions-of-rows.ts";
import { BYTES, NUMBERS, STRINGS } from "./trino-expressions-of-scalars.ts";
import { STRUCTURES } from "./trino-expressions-of-structures.ts";
import { TIMES } from "./trino-expressions-of-times.ts";

/** What analysts may write, by function: expressions in Athena's dialect, each of them one value. */
export const EXPRESSIONS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  text: STRINGS,
  "numbers and choices": NUMBERS,
  time: TIMES,
  "lists, maps and JSON": STRUCTURES,
  aggregates: AGGREGATES,
  windows: WINDOWS,
  bytes: BYTES,
};
