import { DATES, NUMBERS, TEXTS } from "./world.ts";

const texts = [...TEXTS.filter((text) => text !== ""), "ro", "e", "[", "%", "_", "\\"];
const numbers = NUMBERS.filter((number) => Math.abs(number) <= 1e15);
const scalars = [...texts, ...numbers, true, false];
const dates = DATES.filter((date) => !["2026-02-30", "2026-13-01", "0999-01-01", "2026-3-1"].includes(date)).filter(
  (date) => !date.includes("T24") && !date.startsWith("9999"),
);
const durations = ["1d", "2d", "9h", "90min", "400d"];

/** Each test with each operand that can be told from the others by the values of this folder's worlds. */
export const EVERY_TEST: readonly object[] = [
  ...["eq", "ne", "contains"].flatMap((kind) => scalars.map((operand) => ({ [kind]: operand }))),
  ...["gt", "gte", "lt", "lte"].flatMap((kind) => numbers.map((operand) => ({ [kind]: operand }))),
  ...["startsWith", "endsWith", "matches"].flatMap((kind) => texts.map((operand) => ({ [kind]: operand }))),
  ...["pro*", "*!", "?", "*\\\\*", "*\n*", "??? ?*"].map((operand) => ({ matches: operand })),
  ...["before", "after"].flatMap((kind) => dates.map((operand) => ({ [kind]: operand }))),
  ...["inLast", "inNext"].flatMap((kind) => durations.map((operand) => ({ [kind]: operand }))),
  { in: ["pro", "1"] },
  { in: [1, 0.3] },
  { notIn: ["pro", "1"] },
  { notIn: [1, 0.3] },
  { between: [0, 50] },
  { exists: true },
  { missing: true },
];
