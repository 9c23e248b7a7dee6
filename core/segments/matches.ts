import { type Json, valueAt } from "#core/kernel/json.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { EventCondition, ResolvedCondition } from "./condition.ts";
import { eventNamesIn, measureIn } from "./measure.ts";
import { measurePasses } from "./measure-passes.ts";
import { passes } from "./passes.ts";
import type { Person, PersonEvent } from "./person.ts";
import { testIn } from "./value-test.ts";
import { windowBounds } from "./window.ts";

/**
 * Whether somebody is meant by a condition at the instant `now`. The SQL of `adapters/sql` selects the same people:
 * `test/differential` holds the two together. Computed traits are not there yet and count as missing.
 */
export function matches(condition: ResolvedCondition, person: Person, now: EpochMs): boolean {
  if ("all" in condition) return condition.all.every((inner) => matches(inner, person, now));
  if ("any" in condition) return condition.any.some((inner) => matches(inner, person, now));
  if ("not" in condition) return !matches(condition.not, person, now);
  if ("trait" in condition) return passes(testIn(condition), valueAt(person.traits, condition.trait), now);
  if ("computed" in condition) return passes(testIn(condition), undefined, now);
  if ("consent" in condition) {
    const stated = Object.hasOwn(person.consent, condition.consent) ? person.consent[condition.consent] : undefined;
    return (stated ?? "unknown") === condition.is;
  }
  return measurePasses(measureIn(condition), eventsMeant(condition, person.events, now), now);
}

function eventsMeant(condition: EventCondition, events: readonly PersonEvent[], now: EpochMs): readonly PersonEvent[] {
  const names = new Set(eventNamesIn(condition));
  const { from = Number.NEGATIVE_INFINITY, to } = windowBounds(condition.within, now);
  const wanted = (condition.where ?? []).map((node) => ({ path: node.property, test: testIn(node) }));
  const value = (event: PersonEvent, path: string): Json | undefined => valueAt(event.properties, path);
  return events.filter(
    (event) =>
      names.has(event.name) &&
      event.at >= from &&
      event.at < to &&
      wanted.every(({ path, test }) => passes(test, value(event, path), now)),
  );
}
