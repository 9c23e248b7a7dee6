import { valueAt } from "#core/kernel/json.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type {
  ComputedCondition,
  Condition,
  ConsentCondition,
  EventCondition,
  EventFilter,
  ListCondition,
  SequenceCondition,
  TraitCondition,
} from "./condition.ts";
import type { CountedEvent, EvidenceEvent, ExplainedCondition, SaidBy } from "./explained-condition.ts";
import { foundWords } from "./found-words.ts";
import { matches } from "./matches.ts";
import { measureIn } from "./measure.ts";
import { measured } from "./measured.ts";
import type { Person } from "./person.ts";
import { sentence } from "./sentence.ts";
import { type Window, windowBounds } from "./window.ts";

/** One person as evidence is taken of them. */
export interface PersonWithEvidence extends Omit<Person, "events"> {
  readonly events: readonly EvidenceEvent[];
  /** Who said each trait, by its name. */
  readonly said: ReadonlyMap<string, SaidBy>;
}

export interface Explaining {
  readonly person: PersonWithEvidence;
  readonly now: EpochMs;
  /** The condition and name of a segment that a condition refers to; every one is there (`resolveSegments`). */
  readonly find: (id: string) => { readonly condition: Condition; readonly name: string } | undefined;
}

/**
 * Why a condition is true of a person or is not. Every verdict is that of `matches`, so the explanation cannot disagree
 * with who is in; an event is evidence if the condition counts it, which `matches` is asked of each event alone.
 */
export function explainMembership(condition: Condition, asked: Explaining): ExplainedCondition {
  const said = sentences(condition, asked);
  if ("all" in condition) {
    const parts = condition.all.map((inner) => explainMembership(inner, asked));
    return { kind: "all", verdict: parts.every(({ verdict }) => verdict), sentence: said, parts };
  }
  if ("any" in condition) {
    const parts = condition.any.map((inner) => explainMembership(inner, asked));
    return { kind: "any", verdict: parts.some(({ verdict }) => verdict), sentence: said, parts };
  }
  if ("not" in condition) {
    const inner = explainMembership(condition.not, asked);
    return { kind: "not", verdict: !inner.verdict, sentence: said, parts: [inner] };
  }
  if ("segment" in condition) {
    const found = asked.find(condition.segment);
    if (found === undefined)
      throw new Error(`the condition was not resolved: there is no segment ${condition.segment}`);
    const inner = explainMembership(found.condition, asked);
    return { kind: "segment", segmentId: condition.segment, verdict: inner.verdict, sentence: said, parts: [inner] };
  }
  const base = { verdict: matches(condition, asked.person, asked.now), sentence: said };
  if ("sequence" in condition) return explainSequence(condition, base, asked);
  return "event" in condition ? explainEvent(condition, base, asked) : explainKnown(condition, base, asked);
}

/** Of what is known of a person beside their events. */
function explainKnown(
  condition: TraitCondition | ComputedCondition | ConsentCondition | ListCondition,
  base: Verdict,
  { person }: Explaining,
): ExplainedCondition {
  if ("trait" in condition) {
    const value = valueAt(person.traits, condition.trait) ?? null;
    const by = value === null ? undefined : person.said.get(condition.trait.split(".")[0] ?? "");
    const found = foundWords.value(condition.trait, value);
    return { ...base, kind: "trait", value, found, ...(by === undefined ? {} : { said: by }) };
  }
  if ("computed" in condition) {
    const value = valueAt(person.computed, condition.computed) ?? null;
    return { ...base, kind: "computed", value, found: foundWords.value(condition.computed, value) };
  }
  if ("consent" in condition) {
    const stated = Object.hasOwn(person.consent, condition.consent) ? person.consent[condition.consent] : undefined;
    const value = stated ?? "unknown";
    return { ...base, kind: "consent", value, found: foundWords.consent(condition.consent, value) };
  }
  return { ...base, kind: "list", listId: condition.list, found: foundWords.list(person.lists.has(condition.list)) };
}

type Verdict = Pick<ExplainedCondition, "verdict" | "sentence">;

const sentences = (condition: Condition, { find }: Explaining) => {
  const nameOf = (id: string): string | undefined => find(id)?.name;
  return { en: sentence(condition, "en", nameOf), fr: sentence(condition, "fr", nameOf) };
};

function explainEvent(condition: EventCondition, base: Verdict, asked: Explaining): ExplainedCondition {
  const events = eventsCounted(condition, condition.within, asked);
  const measure = measureIn(condition);
  const amount = measured(measure, events);
  return {
    ...base,
    kind: "event",
    window: windowBounds(condition.within, asked.now),
    measured: amount,
    measuresTime: measure.kind === "first" || measure.kind === "last",
    counted: latestFirst(events.map((event) => ({ event }))),
    found: foundWords.measured(measure, events.length, amount),
  };
}

function explainSequence(condition: SequenceCondition, base: Verdict, asked: Explaining): ExplainedCondition {
  const steps = condition.sequence.map((step) => eventsCounted(step, condition.within, asked));
  const without = condition.without === undefined ? [] : eventsCounted(condition.without, condition.within, asked);
  return {
    ...base,
    kind: "sequence",
    window: windowBounds(condition.within, asked.now),
    counted: latestFirst(steps.flatMap((events, at) => events.map((event) => ({ event, step: at + 1 })))),
    found: foundWords.sequence(
      steps.map((events) => events.length),
      without.length,
    ),
  };
}

/** The events that a filter means, each asked about alone. */
function eventsCounted(
  { event, where }: EventFilter,
  within: Window | undefined,
  { person, now }: Explaining,
): readonly EvidenceEvent[] {
  const one: EventCondition = { event, ...(where && { where }), ...(within && { within }) };
  return person.events.filter((each) => matches(one, { ...person, events: [each] }, now));
}

const latestFirst = (counted: readonly CountedEvent[]): readonly CountedEvent[] =>
  counted.toSorted((x, y) => y.event.at - x.event.at || (x.step ?? 0) - (y.step ?? 0));
