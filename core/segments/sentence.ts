import type { Condition, EventCondition } from "./condition.ts";
import { english } from "./english.ts";
import { french } from "./french.ts";
import { eventNamesIn, measureIn } from "./measure.ts";
import { testIn } from "./value-test.ts";
import type { Words } from "./words.ts";

const LANGUAGES = { en: english, fr: french } as const satisfies Readonly<Record<string, Words>>;
export type Language = keyof typeof LANGUAGES;

/**
 * A condition as a sentence that a marketer can read and object to. `nameOf` gives the name of a segment that is
 * referred to; without one its id stands there.
 */
export function sentence(
  condition: Condition,
  language: Language,
  nameOf: (segmentId: string) => string | undefined = () => undefined,
): string {
  const words = LANGUAGES[language];
  return words.people(clause(condition, words, (id) => nameOf(id) ?? id));
}

/** A clause that says what is true of a person. Within another list, a list of more than one stands in brackets. */
function clause(condition: Condition, words: Words, nameOf: (id: string) => string, within = false): string {
  if ("all" in condition) return list(condition.all, words.and, words, nameOf, within);
  if ("any" in condition) return list(condition.any, words.or, words, nameOf, within);
  if ("not" in condition) return words.not(clause(condition.not, words, nameOf));
  if ("trait" in condition) return words.trait(condition.trait, words.test(testIn(condition)));
  if ("computed" in condition) return words.trait(condition.computed, words.test(testIn(condition)));
  if ("consent" in condition) return words.consent(condition.consent, condition.is);
  if ("segment" in condition) return words.segment(nameOf(condition.segment));
  return eventClause(condition, words);
}

function list(
  conditions: readonly Condition[],
  word: string,
  words: Words,
  nameOf: (id: string) => string,
  within: boolean,
): string {
  const several = conditions.length > 1;
  const joined = conditions.map((inner) => clause(inner, words, nameOf, several)).join(` ${word} `);
  return within && several ? `(${joined})` : joined;
}

function eventClause(condition: EventCondition, words: Words): string {
  const where = (condition.where ?? []).map((node) => words.trait(node.property, words.test(testIn(node))));
  return words.event({
    names: eventNamesIn(condition)
      .map((name) => words.quoted(name))
      .join(` ${words.or} `),
    measure: measureIn(condition),
    stated: Object.keys(condition).some((name) => !["event", "where", "within"].includes(name)),
    where: where.join(` ${words.and} `),
    within: condition.within,
  });
}
