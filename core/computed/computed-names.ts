import type { Condition } from "#core/segments/condition.ts";

/** The computed traits that a condition asks for itself, by name; of a path into a list, the name before the first dot. */
export function computedNamesIn(condition: Condition): ReadonlySet<string> {
  if ("all" in condition) return union(condition.all);
  if ("any" in condition) return union(condition.any);
  if ("not" in condition) return computedNamesIn(condition.not);
  return new Set("computed" in condition ? [condition.computed.split(".", 1)[0] ?? ""] : []);
}

const union = (conditions: readonly Condition[]): ReadonlySet<string> =>
  new Set(conditions.flatMap((inner) => [...computedNamesIn(inner)]));
