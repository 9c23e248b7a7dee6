import type { Condition, LeafCondition, SegmentCondition } from "./condition.ts";

/** The conditions within a condition that hold no others, in order. */
export function leavesIn(condition: Condition): readonly (LeafCondition | SegmentCondition)[] {
  if ("all" in condition) return condition.all.flatMap(leavesIn);
  if ("any" in condition) return condition.any.flatMap(leavesIn);
  if ("not" in condition) return leavesIn(condition.not);
  return [condition];
}

/** The ids of the imported lists that a condition names itself. */
export const listsIn = (condition: Condition): ReadonlySet<string> =>
  new Set(leavesIn(condition).flatMap((leaf) => ("list" in leaf ? [leaf.list] : [])));
