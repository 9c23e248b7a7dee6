import * as z from "zod";
import { Duration, durationMs } from "./duration.ts";
import { NUMBER_TESTS, type NumberTest, TEST_KINDS, Text, TIME_TESTS, type TimeTest, withTest } from "./value-test.ts";
import { Window } from "./window.ts";

/** Bounds that keep evaluation and SQL small. */
export const CONDITION_LIMITS = { depth: 10, nodes: 200, list: 50, names: 50, where: 10, steps: 8 } as const;

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
export const ComputedCondition = withTest({ computed: Path }, TEST_KINDS);
export const ConsentCondition = z.strictObject({ consent: Name, is: z.enum(["granted", "denied", "unknown"]) });
export const SegmentCondition = z.strictObject({ segment: z.string().min(1).max(100) });
/** Somebody who is on an imported list. */
export const ListCondition = z.strictObject({ list: Text.max(100) });

const EventNames = z.union([Name, z.strictObject({ any: z.array(Name).min(1).max(CONDITION_LIMITS.names) })]);
const Where = z.array(PropertyTest).min(1).max(CONDITION_LIMITS.where);

/**
 * Something about the events of a person with this name (or one of these), that pass all of `where` and lie in
 * `within`; `windowBounds` says which instants that is. At most one measure; none is "at least one such event".
 * `count`, `sum` and `distinct` of no events are 0; `avg`, `min`, `max`, `first` and `last` of none match nothing.
 * `sum` and `avg` are over the numbers among the property's values, in whole millionths (`micros.ts`); `min` and `max`
 * over its numbers; `distinct` counts its different texts, numbers and booleans; `first` and `last` are event times.
 */
export const EventCondition = z
  .strictObject({
    event: EventNames,
    where: Where.optional(),
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

/** How long after the step before it: `atLeast ≤ t − t′ ≤ atMost`, days being 24 hours. */
const After = z
  .strictObject({ atLeast: Duration.optional(), atMost: Duration.optional() })
  .refine(
    ({ atLeast, atMost }) => atLeast !== undefined || atMost !== undefined,
    "`after` has `atLeast`, `atMost` or both",
  )
  .refine(
    ({ atLeast, atMost }) => atLeast === undefined || atMost === undefined || durationMs(atLeast) <= durationMs(atMost),
    "`atLeast` may not be longer than `atMost`",
  );

const Step = z.strictObject({ event: EventNames, where: Where.optional(), after: After.optional() });
const Without = z.strictObject({ event: EventNames, where: Where.optional() });

/**
 * Events of a person that can be chosen, one for each step, so that each is strictly later than the one before it, as
 * long after it as `after` says, and all lie in `within`: if any such choice exists, it passes (`sequence-passes.ts`).
 * Events of one instant follow each other in neither direction, so no event is two steps, and no tie is broken.
 * With `without`, no such event may lie strictly between the first of the chosen and the last.
 */
export const SequenceCondition = z
  .strictObject({
    sequence: z
      .array(Step)
      .refine(
        ({ length }) => length >= 2 && length <= CONDITION_LIMITS.steps,
        `a sequence has 2 to ${CONDITION_LIMITS.steps} steps`,
      )
      .meta({ minItems: 2, maxItems: CONDITION_LIMITS.steps }),
    within: Window.optional(),
    without: Without.optional(),
  })
  .refine(({ sequence }) => sequence[0]?.after === undefined, {
    path: ["sequence", "0", "after"],
    message: "nothing comes before the first step",
  });

export type TraitCondition = Readonly<z.infer<typeof TraitCondition>>;
export type ComputedCondition = Readonly<z.infer<typeof ComputedCondition>>;
export type ConsentCondition = Readonly<z.infer<typeof ConsentCondition>>;
export type SegmentCondition = Readonly<z.infer<typeof SegmentCondition>>;
export type ListCondition = Readonly<z.infer<typeof ListCondition>>;
export type EventCondition = Readonly<z.infer<typeof EventCondition>>;
export type SequenceCondition = Readonly<z.infer<typeof SequenceCondition>>;
/** Which events a step, or a whole event condition, means. */
export type EventFilter = Pick<EventCondition, "event" | "where">;
/** A step of a sequence. */
export type SequenceStep = SequenceCondition["sequence"][number];

/** What an event condition measures. */
export type Measure =
  | { readonly kind: "count"; readonly test: NumberTest }
  | { readonly kind: "sum" | "avg" | "min" | "max" | "distinct"; readonly of: string; readonly test: NumberTest }
  | { readonly kind: "first" | "last"; readonly test: TimeTest };

/** Conditions that hold no others and refer to no segment. */
export type LeafCondition =
  | TraitCondition
  | ComputedCondition
  | ConsentCondition
  | ListCondition
  | EventCondition
  | SequenceCondition;

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
    ListCondition,
    EventCondition,
    SequenceCondition,
  ])
  .meta({ id: "Condition" });
