import * as z from "zod";
import { NUMBER_TESTS, type NumberTest, TEST_KINDS, Text, TIME_TESTS, type TimeTest, withTest } from "./value-test.ts";
import { Window } from "./window.ts";

/** Bounds that keep evaluation and SQL small. */
export const CONDITION_LIMITS = { depth: 10, nodes: 200, list: 50, names: 50, where: 10 } as const;

const Name = Text.max(200);

/** Steps into nested objects and lists, with dots between them: `address.city`, `products.0.sku`. */
const Path = Text.max(200)
  .regex(/^[^.]+([.][^.]+)*$/, "steps with dots between them")
  // Engines disagree on what `01` means in a list, and no list here has a hundred thousand places.
  .refine((path) => path.split(".").every((step) => !/^(0[0-9]+|[0-9]{6,})$/.test(step)), "places count from 0");

const NumberOperands = { eq: z.number().min(-1e15).max(1e15), ne: z.number().min(-1e15).max(1e15) };
const CountTest = withTest({}, NUMBER_TESTS, NumberOperands);
const OfTest = withTest({ of: Path }, NUMBER_TESTS, NumberOperands);
const InstantTest = withTest({}, TIME_TESTS);

export const MEASURES = ["count", "sum", "avg", "min", "max", "distinct", "first", "last"] as const;

const PropertyTest = withTest({ property: Path }, TEST_KINDS);

export const TraitCondition = withTest({ trait: Path }, TEST_KINDS);
export const ComputedCondition = withTest({ computed: Name }, TEST_KINDS);
export const ConsentCondition = z.strictObject({ consent: Name, is: z.enum(["granted", "denied", "unknown"]) });
export const SegmentCondition = z.strictObject({ segment: z.string().min(1).max(100) });

/**
 * Something about the events of a person with this name (or one of these), that pass all of `where` and lie in
 * `within`; `windowBounds` says which instants that is. At most one measure; none is "at least one such event".
 * `count`, `sum` and `distinct` of no events are 0; `avg`, `min`, `max`, `first` and `last` of none match nothing.
 * `sum` and `avg` are over the numbers among the property's values, in whole millionths (`micros.ts`); `min` and `max`
 * over its numbers; `distinct` counts its different texts, numbers and booleans; `first` and `last` are event times.
 */
export const EventCondition = z
  .strictObject({
    event: z.union([Name, z.strictObject({ any: z.array(Name).min(1).max(CONDITION_LIMITS.names) })]),
    where: z.array(PropertyTest).min(1).max(CONDITION_LIMITS.where).optional(),
    within: Window.optional(),
    count: CountTest.optional(),
    sum: OfTest.optional(),
    avg: OfTest.optional(),
    min: OfTest.optional(),
    max: OfTest.optional(),
    distinct: OfTest.optional(),
    first: InstantTest.optional(),
    last: InstantTest.optional(),
  })
  .refine((node) => MEASURES.filter((name) => node[name] !== undefined).length <= 1, {
    message: `at most one measure: ${MEASURES.join(", ")}`,
  });

export type TraitCondition = Readonly<z.infer<typeof TraitCondition>>;
export type ComputedCondition = Readonly<z.infer<typeof ComputedCondition>>;
export type ConsentCondition = Readonly<z.infer<typeof ConsentCondition>>;
export type SegmentCondition = Readonly<z.infer<typeof SegmentCondition>>;
export type EventCondition = Readonly<z.infer<typeof EventCondition>>;

/** What an event condition measures. */
export type Measure =
  | { readonly kind: "count"; readonly test: NumberTest }
  | { readonly kind: "sum" | "avg" | "min" | "max" | "distinct"; readonly of: string; readonly test: NumberTest }
  | { readonly kind: "first" | "last"; readonly test: TimeTest };

type LeafCondition = TraitCondition | ComputedCondition | ConsentCondition | EventCondition;

interface AllOf<C> {
  readonly all: readonly C[];
}
interface AnyOf<C> {
  readonly any: readonly C[];
}
interface Not<C> {
  readonly not: C;
}

/** Who is meant: an algebra over what is known of a person. `readCondition` makes one of untrusted JSON. */
export type Condition = LeafCondition | SegmentCondition | AllOf<Condition> | AnyOf<Condition> | Not<Condition>;

/** A condition in which every `{segment}` was replaced by that segment's own: what evaluators take. */
export type ResolvedCondition =
  | LeafCondition
  | AllOf<ResolvedCondition>
  | AnyOf<ResolvedCondition>
  | Not<ResolvedCondition>;

const list = z
  .array(z.lazy(() => Condition))
  .min(1)
  .max(CONDITION_LIMITS.list);

/** The published schema. Depth, the number of nodes and cycles are beyond it: `readCondition`, `resolveSegments`. */
export const Condition: z.ZodType<Condition> = z
  .union([
    z.strictObject({ all: list }),
    z.strictObject({ any: list }),
    z.strictObject({ not: z.lazy(() => Condition) }),
    TraitCondition,
    ComputedCondition,
    ConsentCondition,
    SegmentCondition,
    EventCondition,
  ])
  .meta({ id: "Condition" });
