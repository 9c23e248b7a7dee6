import fc from "fast-check";
import type { ComputedTrait } from "#core/computed/computed-trait.ts";
import { readComputedTrait } from "#core/computed/read-computed-trait.ts";
import type { JsonObject } from "#core/kernel/json.ts";
import { isRejection } from "#core/kernel/rejection.ts";
import { DAY, HOUR, MINUTE } from "#core/kernel/time.ts";

/** What may happen between two refreshes, and to whom. */
export type Step =
  | {
      readonly kind: "event";
      readonly key: number;
      readonly message: number;
      readonly name: string;
      readonly ago: number;
      readonly late: number;
      readonly login: boolean;
      readonly properties: JsonObject;
    }
  | { readonly kind: "move"; readonly key: number; readonly profile: number; readonly late: number }
  | { readonly kind: "share"; readonly shared: boolean }
  | { readonly kind: "pass"; readonly ms: number }
  | { readonly kind: "redefine"; readonly traits: readonly ComputedTrait[] }
  | { readonly kind: "refresh"; readonly full: boolean };

const NAMES = ["Order Completed", "Page", "Login"] as const;

export const value = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, 1, -1, 2.5, 19.99, 0.0000005, 1e13, -0.1, 1e-7) },
  { weight: 3, arbitrary: fc.constantFrom("a", "b", "é", "🎉", "\uff21", "1", "", "it's") },
  { weight: 1, arbitrary: fc.constantFrom(true, false, null, [1], {}) },
);

const event = fc.record({
  kind: fc.constant("event" as const),
  key: fc.nat({ max: 4 }),
  /** Few, so that messages are repeated, with other contents and by others. */
  message: fc.nat({ max: 11 }),
  name: fc.constantFrom(...NAMES),
  /** Before the present, or after it: clocks of clients are ahead at times. */
  ago: fc.constantFrom(0, HOUR, DAY - 1, DAY, 3 * DAY, 30 * DAY, -HOUR, -2 * DAY, -40 * DAY),
  /** How long before the present it says it was received: an import says when it began, what was recovered when it came. */
  late: fc.constantFrom(0, 0, 0, 1_000, HOUR, 5 * DAY, 90 * DAY),
  login: fc.boolean(),
  properties: fc.record({ v: value, sku: value }, { requiredKeys: [] }),
});

const defined = (sent: JsonObject): ComputedTrait => {
  const read = readComputedTrait(sent);
  if (isRejection(read)) throw new Error(read.message);
  return read;
};

const order = "Order Completed";
const within = { last: "1d" };
export const TRAITS: readonly ComputedTrait[] = [
  { name: "orders", event: order, measure: "count" },
  { name: "today", event: { any: [order, "Page"] }, within, measure: "count" },
  { name: "big", event: order, where: [{ property: "v", gte: 1 }], measure: "count" },
  { name: "total", event: order, measure: "sum", of: "v" },
  { name: "mean", event: order, within: { last: "3d", zone: "Europe/Paris" }, measure: "avg", of: "v" },
  { name: "least", event: order, measure: "min", of: "v" },
  { name: "most", event: order, measure: "max", of: "v" },
  { name: "skus", event: order, measure: "distinct", of: "sku" },
  { name: "since", event: order, measure: "first" },
  { name: "until", event: "Page", within, measure: "last" },
  { name: "first_sku", event: order, measure: "first", of: "sku" },
  { name: "last_sku", event: order, measure: "last", of: "sku" },
  { name: "usual_sku", event: order, measure: "mostFrequent", of: "sku" },
  { name: "some_skus", event: order, measure: "uniqueList", of: "sku", limit: 3 },
  { name: "rfm", event: order, measure: "rfm", of: "v" },
].map(defined);

/** Few, because each makes every statement longer. */
export const someTraits = fc.subarray([...TRAITS], { maxLength: 4 });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 9, arbitrary: event },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("move" as const),
      key: fc.nat({ max: 4 }),
      profile: fc.nat({ max: 3 }),
      late: fc.constantFrom(0, 0, 1_000, 2 * DAY),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("share" as const), shared: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.constantFrom(1, HOUR, DAY, 40 * DAY) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("redefine" as const), traits: someTraits }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("refresh" as const),
      full: fc.constantFrom(false, false, false, false, true),
    }),
  },
);

/** So much longer than rows take to arrive, that nothing is new any more by itself. */
export const A_WHILE: Step = { kind: "pass", ms: 10 * MINUTE };
const refresh: Step = { kind: "refresh", full: false };

/** A history; a while passes before each refresh, and a refresh is the last of it, whatever it was. */
export const history: fc.Arbitrary<readonly Step[]> = fc
  .array(step, { minLength: 4, maxLength: 30 })
  .map((steps) =>
    [...steps, refresh].flatMap((each): readonly Step[] => (each.kind === "refresh" ? [A_WHILE, each] : [each])),
  );
