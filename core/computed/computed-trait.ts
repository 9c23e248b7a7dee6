import * as z from "zod";
import { type EventCondition as AskedEvent, EventCondition, TraitCondition } from "#core/segments/condition.ts";

/** Bounds that keep a refresh small: every trait is measured over every person it concerns. */
export const COMPUTED_LIMITS = { traits: 50, list: 100, usualList: 20 } as const;

/** The trait's id as well: `{"computed": "orders_90d"}` in a condition names it. */
const ComputedName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,49}$/, "a name looks like orders_90d: lower-case letters, digits and _, at most 50");

/** A path into an event's properties, as conditions take it. */
const Property = z
  .string()
  .refine((path) => TraitCondition.safeParse({ trait: path, exists: true }).success, "steps with dots between them");

const { event, where, within } = EventCondition.shape;
const about = { name: ComputedName, description: z.string().max(2_000).optional(), event, where, within };

const Counted = z.strictObject({ ...about, measure: z.literal("count") });
const OfProperty = z.strictObject({
  ...about,
  measure: z.enum(["sum", "avg", "min", "max", "distinct", "mostFrequent"]),
  of: Property,
});
const AtAnEnd = z.strictObject({ ...about, measure: z.enum(["first", "last"]), of: Property.optional() });
const UniqueList = z.strictObject({
  ...about,
  measure: z.literal("uniqueList"),
  of: Property,
  limit: z.number().int().min(1).max(COMPUTED_LIMITS.list).optional(),
});
const Rfm = z.strictObject({ ...about, measure: z.literal("rfm"), of: Property });

/**
 * What is made of the events of a person with this name (or one of these), that pass all of `where` and lie in `within`:
 * the same events as of an event condition. What there is nothing to measure of is missing, never 0 and never empty.
 *
 * | measure | value |
 * | --- | --- |
 * | `count` | how many events |
 * | `sum` `avg` | of the numbers at `of`, exactly, in millionths (`core/segments/micros.ts`); an average is rounded to the millionth, half away from zero |
 * | `min` `max` | of the numbers at `of` |
 * | `distinct` | how many different texts, numbers and booleans at `of` |
 * | `first` `last` | the time of that event, ISO 8601; with `of`, the text, number or boolean of the first or last event that has one |
 * | `mostFrequent` | the value at `of` that most events have |
 * | `uniqueList` | the different values at `of`, ascending, the first `limit` of them (20 if not said) |
 * | `rfm` | several traits at once: `rfm.ts` |
 *
 * Of values that come equally first, last or often the least counts: texts before numbers before no and yes, texts by
 * code point.
 */
export const ComputedTrait = z.discriminatedUnion("measure", [Counted, OfProperty, AtAnEnd, UniqueList, Rfm]);
export type ComputedTrait = Readonly<z.infer<typeof ComputedTrait>>;
export type RfmTrait = Readonly<z.infer<typeof Rfm>>;

/** Which events a trait is made of, as an event condition asks for them. */
export type MeasuredEvents = Pick<AskedEvent, "event" | "where" | "within">;

/** What is read at `of`, if anything is. */
export const propertyOf = (trait: ComputedTrait): string | undefined => ("of" in trait ? trait.of : undefined);

export const listLimitOf = (trait: ComputedTrait): number =>
  trait.measure === "uniqueList" ? (trait.limit ?? COMPUTED_LIMITS.usualList) : 1;
