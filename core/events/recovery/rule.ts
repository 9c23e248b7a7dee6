import * as z from "zod";

const MAX_STEPS = 16;
/** Rules are for mending fields, and a list may have a hundred thousand of them: larger values are no mending. */
const MAX_VALUE_LENGTH = 1_000;

const stepsOf = (path: string): readonly string[] => path.split(".");

/** `properties.revenue`; in lists by place (`products.0.sku`, counted from 0) or for each of them (`products.*.sku`). */
const RulePath = z
  .string()
  .min(1)
  .max(200)
  .refine((path) => stepsOf(path).every((step) => step !== ""), "a dotted path has no empty steps")
  .refine((path) => stepsOf(path).length <= MAX_STEPS, `a path has at most ${MAX_STEPS} steps`);

const MemberPath = RulePath.refine(
  (path) => stepsOf(path).at(-1) !== "*",
  "a path that ends in * names list items; name a member, or the list itself",
);

const Value = z
  .json()
  .refine(
    (value) => JSON.stringify(value).length <= MAX_VALUE_LENGTH,
    `a value has at most ${MAX_VALUE_LENGTH} characters of JSON`,
  );

/** Only events that have this value there are touched; under `*` it is enough that one item has it. */
const Where = z.strictObject({ path: RulePath, equals: Value });

const Rename = z
  .strictObject({ do: z.literal("rename"), from: MemberPath, to: MemberPath, where: Where.optional() })
  .refine(({ from, to }) => !isWithin(from, to) && !isWithin(to, from), "one path may not lie within the other")
  .refine(({ from, to }) => starredHead(from) === starredHead(to), "up to the last *, both paths must be the same");

const Cast = z.strictObject({
  do: z.literal("cast"),
  path: RulePath,
  to: z.enum(["string", "number", "boolean", "time"]),
  where: Where.optional(),
});

const Drop = z.strictObject({ do: z.literal("drop"), path: MemberPath, where: Where.optional() });

const Put = z.strictObject({
  do: z.literal("set"),
  path: RulePath,
  value: Value,
  /** Only where nothing, or null, stands there. */
  ifAbsent: z.boolean().default(false),
  where: Where.optional(),
});

/**
 * One step of mending an event as it was sent. `rename` moves a member where the new place is free, `cast` reads a value
 * as another type where it can be read so, `drop` removes a member, `set` puts a value. What a rule does not find it
 * leaves alone.
 */
export const RecoveryRule = z.discriminatedUnion("do", [Rename, Cast, Drop, Put]);
export type RecoveryRule = z.output<typeof RecoveryRule>;

export const RecoveryRules = z.array(RecoveryRule).max(20);

const isWithin = (path: string, other: string): boolean => `${path}.`.startsWith(`${other}.`);

/** The part of a path up to its last `*`; empty where it has none. */
export function starredHead(path: string): string {
  const steps = stepsOf(path);
  return steps.slice(0, steps.lastIndexOf("*") + 1).join(".");
}
