import type { Json } from "#core/kernel/json.ts";
import { DATES, NUMBERS, TEXTS, type World, worldOf } from "./world.ts";

const VALUES: readonly Json[] = [
  ...TEXTS,
  ...DATES,
  ...NUMBERS,
  "2026-03-30T09:30:00.500Z ",
  "2026-03-30t09:30:00z",
  "2026-03-30T09:30Z",
  "+2026-03-30",
  "2026-03-30\n",
  -0,
  1e21,
  -1.5e-300,
  true,
  false,
  null,
  [],
  {},
  ["pro", 1, true, null],
  [["pro"]],
  [{ x: "pro" }],
  ["1"],
  [0.1, 0.3],
  '["pro"]',
  '{"x":1}',
  "\u0000",
  "a\u0000b",
  { x: "pro" },
];

/** A person for each value, and one who has none. */
export function worldOfValues(): World & { readonly valueOf: (profileId: string) => string } {
  const people = [...VALUES.map((value) => ({ x: value })), {}];
  const made = worldOf(
    people.map((traits) => ({ traits, consent: {}, computed: null, lists: [], travels: [] })),
    [],
  );
  return { ...made, valueOf: (profileId) => JSON.stringify(VALUES[Number(profileId.slice(2))] ?? null) };
}
