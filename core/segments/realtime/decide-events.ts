import type { EpochMs } from "#core/kernel/time.ts";
import type { EventCondition, EventFilter, Measure, SequenceCondition } from "#core/segments/condition.ts";
import { eventNamesIn, measureIn } from "#core/segments/measure.ts";
import { measurePasses } from "#core/segments/measure-passes.ts";
import { numberPasses, timeBounds } from "#core/segments/passes.ts";
import { type ChainStep, gapOf, sequencePasses } from "#core/segments/sequence-passes.ts";
import type { NumberTest, TimeTest } from "#core/segments/value-test.ts";
import { type Window, windowBounds } from "#core/segments/window.ts";
import { type Decision, decided, NEVER } from "./decision.ts";
import type { KnownPerson } from "./known-person.ts";
import { timeTestTurns, windowTurns } from "./turns.ts";

/** What is known of the events that a filter means, in a window, at an instant. */
interface Meant {
  readonly certain: readonly EpochMs[];
  /** Their names fit; whether their properties do is not known. */
  readonly maybe: readonly EpochMs[];
  /** Events that are not known may be meant too: they are no later than `knownAfter`. */
  readonly open: boolean;
  readonly from: EpochMs;
  /** When any of this changes by time alone, the end of `open` left out. */
  readonly until: EpochMs;
}

const NONE: readonly EpochMs[] = [];

function meant(filter: EventFilter, within: Window | undefined, person: KnownPerson, now: EpochMs): Meant {
  const { from = Number.NEGATIVE_INFINITY, to } = windowBounds(within, now);
  const times: EpochMs[] = [];
  let until = NEVER;
  for (const name of new Set(eventNamesIn(filter))) {
    for (const at of person.events.get(name) ?? NONE) {
      if (at >= from && at < to) times.push(at);
      until = Math.min(until, windowTurns(within, at, now));
    }
  }
  const open = person.knownAfter > Number.NEGATIVE_INFINITY && person.knownAfter >= from;
  return filter.where === undefined
    ? { certain: times, maybe: NONE, open, from, until }
    : { certain: NONE, maybe: times, open, from, until };
}

/** When the latest event that is not known leaves the window: what was open is not any more. */
const closes = (within: Window | undefined, { knownAfter }: KnownPerson, now: EpochMs): EpochMs =>
  Number.isFinite(knownAfter) && knownAfter <= now ? windowTurns(within, knownAfter, now) : NEVER;

/** Makes what decides an event condition. Sums and the like need properties, which are not kept: see `KnownPerson`. */
export function eventDecider(condition: EventCondition): (person: KnownPerson, now: EpochMs) => Decision {
  const measure = measureIn(condition);
  const within = condition.within;
  return (person, now) => {
    const known = meant(condition, within, person, now);
    const { answer, until } = decideMeasure(measure, known, person.knownAfter, now);
    const waits = answer === undefined && known.open ? closes(within, person, now) : NEVER;
    return decided(answer, Math.min(until, known.until, waits));
  };
}

function decideMeasure(measure: Measure, known: Meant, knownAfter: EpochMs, now: EpochMs): Decision {
  switch (measure.kind) {
    case "count": {
      const { certain, maybe, open } = known;
      return decided(numberIn(measure.test, certain.length, open ? NEVER : certain.length + maybe.length));
    }
    case "first":
      return timeIn(measure.test, firstOf(known), now);
    case "last":
      return timeIn(measure.test, lastOf(known, knownAfter), now);
    case "sum":
    case "avg":
    case "min":
    case "max":
    case "distinct": {
      const isNone = !known.open && known.certain.length + known.maybe.length === 0;
      return decided(isNone ? measurePasses(measure, [], now) : undefined);
    }
    default:
      return measure satisfies never;
  }
}

/** Whether every whole number from `least` to `most` passes, or none does. */
function numberIn(test: NumberTest, least: number, most: number): boolean | undefined {
  if (least === most) return numberPasses(test, least);
  switch (test.kind) {
    case "eq":
      return test.operand < least || test.operand > most || !Number.isInteger(test.operand) ? false : undefined;
    case "ne":
      return test.operand < least || test.operand > most || !Number.isInteger(test.operand) ? true : undefined;
    case "gt":
    case "gte":
      return numberPasses(test, least) ? true : numberPasses(test, most) ? undefined : false;
    case "lt":
    case "lte":
      return numberPasses(test, most) ? true : numberPasses(test, least) ? undefined : false;
    case "between": {
      const [low, high] = test.operand;
      if (least >= low && most <= high) return true;
      return least > high || most < low ? false : undefined;
    }
    default:
      return test satisfies never;
  }
}

/** Where a time lies: somewhere from `least` to `most`, if there is one at all. */
interface Somewhere {
  readonly least: EpochMs;
  readonly most: EpochMs;
  readonly isThere: boolean;
}

function firstOf({ certain, maybe, open, from }: Meant): Somewhere | undefined {
  if (certain.length + maybe.length === 0 && !open) return undefined;
  const most = certain.length > 0 ? earliest(certain) : NEVER;
  return { least: open ? from : Math.min(most, earliest(maybe)), most, isThere: certain.length > 0 };
}

function lastOf({ certain, maybe, open, from }: Meant, knownAfter: EpochMs): Somewhere | undefined {
  if (certain.length + maybe.length === 0 && !open) return undefined;
  const least = certain.length > 0 ? latest(certain) : from;
  const most = Math.max(least, latest(maybe), open ? knownAfter : Number.NEGATIVE_INFINITY);
  return { least, most, isThere: certain.length > 0 };
}

const earliest = (times: readonly EpochMs[]): EpochMs => times.reduce((x, y) => Math.min(x, y), NEVER);
const latest = (times: readonly EpochMs[]): EpochMs => times.reduce((x, y) => Math.max(x, y), -NEVER);

/** Whether a time passes wherever it lies, or nowhere. A time that is not there passes nothing. */
function timeIn(test: TimeTest, where: Somewhere | undefined, now: EpochMs): Decision {
  if (where === undefined) return decided(false);
  const { from = -NEVER, to = NEVER } = timeBounds(test, now);
  const until = Math.min(turnsAt(test, where.least, now), turnsAt(test, where.most, now));
  if (where.isThere && where.least >= from && where.most < to) return decided(true, until);
  return decided(where.most < from || where.least >= to ? false : undefined, until);
}

const turnsAt = (test: TimeTest, at: EpochMs, now: EpochMs): EpochMs =>
  Number.isFinite(at) ? timeTestTurns(test, at, now) : NEVER;

/**
 * Makes what decides a sequence: there if what is certain makes it, whatever else happened; not there if not even
 * everything that may be meant would.
 */
export function sequenceDecider(condition: SequenceCondition): (person: KnownPerson, now: EpochMs) => Decision {
  const { sequence, within, without } = condition;
  return (person, now) => {
    const steps = sequence.map((step) => ({ known: meant(step, within, person, now), gap: gapOf(step) }));
    const between = without === undefined ? undefined : meant(without, within, person, now);
    const isOpen = steps.some(({ known }) => known.open);
    const turns = Math.min(...steps.map(({ known }) => known.until), between?.until ?? NEVER);
    const both = ({ certain, maybe }: Meant): readonly EpochMs[] => [...certain, ...maybe];
    const chain = (timesOf: (known: Meant) => readonly EpochMs[]): readonly ChainStep[] =>
      steps.map(({ known, gap }) => ({ times: timesOf(known), ...gap }));
    // Before `knownAfter` an event that must not lie between may be one that is not known.
    const isSure = (at: EpochMs): boolean => between === undefined || at >= person.knownAfter;
    const surely = chain(({ certain }) => certain.filter(isSure));
    if (sequencePasses(surely, between === undefined ? NONE : both(between))) return decided(true, turns);
    if (!isOpen && !sequencePasses(chain(both), between?.certain ?? NONE)) return decided(false, turns);
    return decided(undefined, Math.min(turns, isOpen ? closes(within, person, now) : NEVER));
  };
}
