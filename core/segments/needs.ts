import type { EpochMs } from "#core/kernel/time.ts";
import type { LeafCondition, ResolvedCondition } from "./condition.ts";
import { measureIn } from "./measure.ts";
import { measurePasses } from "./measure-passes.ts";
import { testIn } from "./value-test.ts";

/** What is known of people beside their profile itself. Somebody may have none of it. */
export type Beside = "events" | "lists" | "computed";

/** Whether nobody who has nothing of this kind can be meant: so whoever has none need not be looked at. */
export function needs(beside: Beside, condition: ResolvedCondition, now: EpochMs): boolean {
  return ofNothing(condition, (leaf) => (besideOf(leaf) === beside ? leafOfNothing(leaf, now) : undefined)) === false;
}

/** What a leaf is decided by, where that is not the profile itself. */
function besideOf(leaf: LeafCondition): Beside | undefined {
  if ("list" in leaf) return "lists";
  if ("computed" in leaf) return "computed";
  return "event" in leaf || "sequence" in leaf ? "events" : undefined;
}

function leafOfNothing(leaf: LeafCondition, now: EpochMs): boolean | undefined {
  if ("event" in leaf) return measurePasses(measureIn(leaf), [], now);
  if ("computed" in leaf) return testIn(leaf).kind === "missing";
  return "sequence" in leaf || "list" in leaf ? false : undefined;
}

/** True or false whatever else is the case; `undefined` where that decides. */
function ofNothing(
  condition: ResolvedCondition,
  leaf: (leaf: LeafCondition) => boolean | undefined,
): boolean | undefined {
  if ("not" in condition) {
    const inner = ofNothing(condition.not, leaf);
    return inner === undefined ? undefined : !inner;
  }
  if (!("all" in condition || "any" in condition)) return leaf(condition);
  const [inners, decisive] = "all" in condition ? [condition.all, false] : [condition.any, true];
  const found = new Set(inners.map((inner) => ofNothing(inner, leaf)));
  if (found.has(decisive)) return decisive;
  return found.has(undefined) ? undefined : !decisive;
}
