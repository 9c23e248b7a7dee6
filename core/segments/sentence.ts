import type { Condition, EventCondition, EventFilter, SequenceCondition } from "./condition.ts";
import { english } from "./english.ts";
import { french } from "./french.ts";
import { eventNamesIn, measureIn } from "./measure.ts";
import { testIn } from "./value-test.ts";
import type { StepWords, Words } from "./words.ts";

const LANGUAGES = { en: english, fr: french } as const satisfies Readonly<Record<string, Words>>;
export type Language = keyof typeof LANGUAGES;

/**
 * A condition as a sentence that a marketer can read and object to. `nameOf` gives the name of a segment that is
 * referred to, `listNameOf` that of a list; without one the id stands there.
 */
export function sentence(
  condition: Condition,
  language: Language,
  nameOf: (segmentId: string) => string | undefined = () => undefined,
  listNameOf: (listId: string) => string | undefined = () => undefined,
): string {
  const words = LANGUAGES[language];
  const names = { segment: (id: string) => nameOf(id) ?? id, list: (id: string) => listNameOf(id) ?? id };
  return words.people(clause(condition, words, names));
}

interface Names {
  segment(id: string): string;
  list(id: string): string;
}

/** A clause that says what is true of a person. Within another list, a list of more than one stands in brackets. */
function clause(condition: Condition, words: Words, names: Names, within = false): string {
  if ("all" in condition) return list(condition.all, words.and, words, names, within);
  if ("any" in condition) return list(condition.any, words.or, words, names, within);
  if ("not" in condition) return words.not(clause(condition.not, words, names));
  if ("trait" in condition) return words.trait(condition.trait, words.test(testIn(condition)));
  if ("computed" in condition) return words.trait(condition.computed, words.test(testIn(condition)));
  if ("consent" in condition) return words.consent(condition.consent, condition.is);
  if ("segment" in condition) return words.segment(names.segment(condition.segment));
  if ("list" in condition) return words.list(names.list(condition.list));
  if ("sequence" in condition) return sequenceClause(condition, words);
  return eventClause(condition, words);
}

function list(conditions: readonly Condition[], word: string, words: Words, names: Names, within: boolean): string {
  const several = conditions.length > 1;
  const joined = conditions.map((inner) => clause(inner, words, names, several)).join(` ${word} `);
  return within && several ? `(${joined})` : joined;
}

function eventClause(condition: EventCondition, words: Words): string {
  return words.event({
    ...meant(condition, words),
    measure: measureIn(condition),
    stated: Object.keys(condition).some((name) => !["event", "where", "within"].includes(name)),
    within: condition.within,
  });
}

const sequenceClause = ({ sequence, without, within }: SequenceCondition, words: Words): string =>
  words.sequence({
    steps: sequence.map((step) => ({
      ...meant(step, words),
      ...(step.after === undefined ? {} : { after: step.after }),
    })),
    without: without && meant(without, words),
    within,
  });

/** The events that are meant, in words. */
function meant(filter: EventFilter, words: Words): StepWords {
  const where = (filter.where ?? []).map((node) => words.trait(node.property, words.test(testIn(node))));
  return {
    names: eventNamesIn(filter)
      .map((name) => words.quoted(name))
      .join(` ${words.or} `),
    where: where.join(` ${words.and} `),
  };
}
