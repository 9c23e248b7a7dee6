import { type Json, valueAt } from "#core/kernel/json.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { EventFilter, ResolvedCondition, SequenceCondition } from "./condition.ts";
import { eventNamesIn, measureIn } from "./measure.ts";
import { measurePasses } from "./measure-passes.ts";
import { passes } from "./passes.ts";
import type { Person, PersonEvent } from "./person.ts";
import { type ChainStep, gapOf, sequencePasses } from "./sequence-passes.ts";
import { testIn } from "./value-test.ts";
import { receivedFrom, type Window, windowBounds } from "./window.ts";

/**
 * Whether somebody is meant by a condition at the instant `now`. The SQL of `adapters/sql` selects the same people:
 * `test/differential` holds the two together.
 */
export function matches(condition: ResolvedCondition, person: Person, now: EpochMs): boolean {
  if ("all" in condition) return condition.all.every((inner) => matches(inner, person, now));
  if ("any" in condition) return condition.any.some((inner) => matches(inner, person, now));
  if ("not" in condition) return !matches(condition.not, person, now);
  if ("trait" in condition) return passes(testIn(condition), valueAt(person.traits, condition.trait), now);
  if ("computed" in condition) return passes(testIn(condition), valueAt(person.computed, condition.computed), now);
  if ("consent" in condition) {
    const stated = Object.hasOwn(person.consent, condition.consent) ? person.consent[condition.consent] : undefined;
    return (stated ?? "unknown") === condition.is;
  }
  if ("list" in condition) return person.lists.has(condition.list);
  if ("sequence" in condition) return sequenceMatches(condition, person.events, now);
  return measurePasses(measureIn(condition), eventsMeant(condition, condition.within, person.events, now), now);
}

function sequenceMatches(condition: SequenceCondition, events: readonly PersonEvent[], now: EpochMs): boolean {
  const times = (filter: EventFilter): readonly EpochMs[] =>
    eventsMeant(filter, condition.within, events, now).map(({ at }) => at);
  const steps = condition.sequence.map((step): ChainStep => ({ times: times(step), ...gapOf(step) }));
  return sequencePasses(steps, condition.without === undefined ? [] : times(condition.without));
}

function eventsMeant(
  filter: EventFilter,
  within: Window | undefined,
  events: readonly PersonEvent[],
  now: EpochMs,
): readonly PersonEvent[] {
  const names = new Set(eventNamesIn(filter));
  const bounds = windowBounds(within, now);
  const { from = Number.NEGATIVE_INFINITY, to } = bounds;
  const day = receivedFrom(bounds);
  const received = day === undefined ? Number.NEGATIVE_INFINITY : Date.parse(day);
  const wanted = (filter.where ?? []).map((node) => ({ path: node.property, test: testIn(node) }));
  const value = (event: PersonEvent, path: string): Json | undefined => valueAt(event.properties, path);
  return events.filter(
    (event) =>
      names.has(event.name) &&
      event.at >= from &&
      event.at < to &&
      (event.receivedAt === undefined || event.receivedAt >= received) &&
      wanted.every(({ path, test }) => passes(test, value(event, path), now)),
  );
}
