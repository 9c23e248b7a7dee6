import type { ResolvedCondition } from "#core/segments/condition.ts";
import { eventNamesIn, measureIn } from "#core/segments/measure.ts";

/**
 * What a condition's answer can depend on, beside the time: `trait plan`, `consent marketing`, `event Order Completed`,
 * `computed ltv`, `list vip`. Of a trait within another, the outer one: it is what changes. Who is on a list depends on
 * the profile's identifiers too.
 */
export function dependenciesOf(condition: ResolvedCondition): ReadonlySet<string> {
  return new Set(named(condition));
}

function named(condition: ResolvedCondition): readonly string[] {
  if ("all" in condition) return condition.all.flatMap(named);
  if ("any" in condition) return condition.any.flatMap(named);
  if ("not" in condition) return named(condition.not);
  if ("trait" in condition) return [dependency("trait", outermost(condition.trait))];
  if ("computed" in condition) return [dependency("computed", outermost(condition.computed))];
  if ("consent" in condition) return [dependency("consent", condition.consent)];
  if ("list" in condition) return [dependency("list", condition.list), IDENTIFIERS];
  const filters =
    "sequence" in condition
      ? [...condition.sequence, ...(condition.without === undefined ? [] : [condition.without])]
      : [condition];
  return filters.flatMap(eventNamesIn).map((name) => dependency("event", name));
}

const outermost = (path: string): string => path.split(".", 1)[0] as string;

export type DependencyKind = "trait" | "consent" | "event" | "computed" | "list";

/** Which identifiers a profile has. */
export const IDENTIFIERS = "identifiers";

export const dependency = (kind: DependencyKind, name: string): string => `${kind} ${name}`;

/**
 * Whether the condition is decided for most people as soon as something happens, by their fragments and what stands
 * beside them: unless it asks for properties of events, of which fragments keep none. Then it is decided at once for
 * whoever never had such an event, or whom the rest of the condition settles, and for the others by the next snapshot.
 * Of computed traits what happens is their refresh (`computedIn`).
 */
export function isRealtime(condition: ResolvedCondition): boolean {
  if ("all" in condition) return condition.all.every(isRealtime);
  if ("any" in condition) return condition.any.every(isRealtime);
  if ("not" in condition) return isRealtime(condition.not);
  if ("sequence" in condition) {
    return condition.sequence.every(({ where }) => where === undefined) && condition.without?.where === undefined;
  }
  if (!("event" in condition)) return true;
  const { kind } = measureIn(condition);
  return condition.where === undefined && (kind === "count" || kind === "first" || kind === "last");
}

/** The computed traits by whose values it goes, in text order: it is as fresh as the last refresh of these. */
export function computedIn(condition: ResolvedCondition): readonly string[] {
  const prefix = dependency("computed", "");
  const names = [...dependenciesOf(condition)].filter((name) => name.startsWith(prefix));
  return names.map((name) => name.slice(prefix.length)).sort();
}
