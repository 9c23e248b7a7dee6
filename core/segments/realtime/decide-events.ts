import type { EpochMs } from "#core/kernel/time.ts";
import type { EventCondition, Measure, SequenceCondition } from "#core/segments/condition.ts";
import { measureIn } from "#core/segments/measure.ts";
import { measurePasses } from "#core/segments/measure-passes.ts";
import { numberPasses, timeBounds } from "#core/segments/passes.ts";
import { type ChainStep, gapOf, sequencePasses } from "#core/segments/sequence-passes.ts";
import type { NumberTest, TimeTest } from "#core/segments/value-test.ts";
import { type Decision, decided, NEVER } from "./decision.ts";
import { closes, type EventReader, eventReader, type Known } from "./known-events.ts";
import type { KnownPerson } from "./known-person.ts";
import { timeTestTurns } from "./turns.ts";

/** Makes what decides an event condition. Sums and the like need properties, which are not kept: see `KnownPerson`. */
export function eventDecider(condition: EventCondition): (person: KnownPerson, now: EpochMs) => Decision {
  const measure = measureIn(condition);
  const { within } = condition;
  const reader = eventReader(condition, within);
  const enough = measure.kind === "count" ? enoughOf(measure.test) : undefined;
  return (person, now) => {
    const known = reader.read(person, now);
    if (enough !== undefined && known.isSure && known.end - known.start >= enough) {
      return decided(true, enoughUntil(known, enough, reader, now));
    }
    const { answer, until } = decideMeasure(measure, known, person.knownAfter, now);
    const waits = answer === undefined && known.open ? closes(within, person, now) : NEVER;
    return decided(answer, Math.min(until, reader.turns(known, now), waits));
  };
}

/** From which count on the answer is yes, whatever else there is. */
function enoughOf(test: NumberTest): number | undefined {
  if (test.kind === "gte") return Math.ceil(test.operand);
  return test.kind === "gt" ? Math.floor(test.operand) + 1 : undefined;
}

/** Enough until one too many of the latest has left. */
function enoughUntil({ times, start }: Known, enough: number, reader: EventReader, now: EpochMs): EpochMs {
  const last = times[start + enough - 1];
  return enough < 1 || last === undefined ? NEVER : reader.leaves(last, now);
}

function decideMeasure(measure: Measure, known: Known, knownAfter: EpochMs, now: EpochMs): Decision {
  const count = known.end - known.start;
  switch (measure.kind) {
    case "count":
      return decided(numberIn(measure.test, known.isSure ? count : 0, known.open ? NEVER : count));
    case "first":
      return timeIn(measure.test, firstOf(known), now);
    case "last":
      return timeIn(measure.test, lastOf(known, knownAfter), now);
    case "sum":
    case "avg":
    case "min":
    case "max":
    case "distinct":
      return decided(!known.open && count === 0 ? measurePasses(measure, [], now) : undefined);
    default:
      return measure satisfies never;
  }
}

/** Whether every whole number from `least` to `most` passes, or none does. */
function numberIn(test: NumberTest, least: number, most: number): boolean | undefined {
  if (least === most) return numberPasses(test, least);
  switch (test.kind) {
    case "eq":
    case "ne": {
      const isReached = test.operand >= least && test.operand <= most && Number.isInteger(test.operand);
      return isReached ? undefined : test.kind === "ne";
    }
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

function firstOf({ times, start, end, isSure, open, from }: Known): Somewhere | undefined {
  if (start === end && !open) return undefined;
  const isThere = isSure && end > start;
  const earliest = end > start ? (times[end - 1] as EpochMs) : NEVER;
  return { least: open ? from : earliest, most: isThere ? earliest : NEVER, isThere };
}

function lastOf({ times, start, end, isSure, open, from }: Known, knownAfter: EpochMs): Somewhere | undefined {
  if (start === end && !open) return undefined;
  const isThere = isSure && end > start;
  const latest = end > start ? (times[start] as EpochMs) : -NEVER;
  return { least: isThere ? latest : from, most: Math.max(latest, open ? knownAfter : -NEVER), isThere };
}

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
  const { within, without } = condition;
  const steps = condition.sequence.map((step) => ({ reader: eventReader(step, within), gap: gapOf(step) }));
  const barrier = without === undefined ? undefined : eventReader(without, within);
  return (person, now) => {
    const known: Known[] = [];
    for (const { reader } of steps) {
      const step = reader.read(person, now);
      // Most people have not done it all; as long as one step is missing, so is the sequence.
      if (step.start === step.end && !step.open) return decided(false, reader.turns(step, now));
      known.push(step);
    }
    const between = barrier?.read(person, now);
    const isOpen = known.some(({ open }) => open);
    const chain = (timesOf: (step: Known) => readonly EpochMs[]): readonly ChainStep[] =>
      steps.map(({ gap }, nth) => ({ times: timesOf(known[nth] as Known), ...gap }));
    const answer = sequenceAnswer(chain, { known, between, isOpen, knownAfter: person.knownAfter });
    const turns = steps.reduce(
      (until, { reader }, nth) => Math.min(until, reader.turns(known[nth] as Known, now)),
      NEVER,
    );
    const opens = between === undefined || barrier === undefined ? NEVER : barrier.turns(between, now);
    const waits = answer === undefined && isOpen ? closes(within, person, now) : NEVER;
    return decided(answer, Math.min(turns, opens, waits));
  };
}

interface KnownSteps {
  readonly known: readonly Known[];
  readonly between: Known | undefined;
  readonly isOpen: boolean;
  readonly knownAfter: EpochMs;
}

function sequenceAnswer(
  chain: (timesOf: (step: Known) => readonly EpochMs[]) => readonly ChainStep[],
  { known, between, isOpen, knownAfter }: KnownSteps,
): boolean | undefined {
  if (known.some(({ start, end }) => start === end)) return undefined;
  // Before `knownAfter` an event that must not lie between may be one that is not known.
  const isFree = (at: EpochMs): boolean => between === undefined || at >= knownAfter;
  const surely = chain((step) => sure(step).filter(isFree));
  if (sequencePasses(surely, between === undefined ? NONE : all(between))) return true;
  if (isOpen || sequencePasses(chain(all), between === undefined ? NONE : sure(between))) return undefined;
  return false;
}

const NONE: readonly EpochMs[] = [];
const all = ({ times, start, end }: Known): readonly EpochMs[] => times.slice(start, end);
const sure = (known: Known): readonly EpochMs[] => (known.isSure ? all(known) : NONE);
