import { english } from "#core/segments/english.ts";
import { french } from "#core/segments/french.ts";
import { eventNamesIn } from "#core/segments/measure.ts";
import type { Language } from "#core/segments/sentence.ts";
import { testIn } from "#core/segments/value-test.ts";
import type { Words } from "#core/segments/words.ts";
import { type ComputedTrait, listLimitOf, propertyOf } from "./computed-trait.ts";

/** What a computed trait measures, as a sentence that a marketer can read and object to. */
export function computedSentence(trait: ComputedTrait, language: Language): string {
  return language === "en"
    ? `${englishMeasure(trait)} whenever somebody ${didWhat(trait, english)}.`
    : `${frenchMeasure(trait)} chaque fois que quelqu’un ${didWhat(trait, french)}.`;
}

/** `did “Order Completed”, where revenue is more than 10, in the last 30 days`. */
function didWhat(trait: ComputedTrait, words: Words): string {
  const where = (trait.where ?? []).map((node) => words.trait(node.property, words.test(testIn(node))));
  return words.event({
    names: eventNamesIn(trait)
      .map((name) => words.quoted(name))
      .join(` ${words.or} `),
    measure: { kind: "count", test: { kind: "gte", operand: 1 } },
    stated: false,
    where: where.join(` ${words.and} `),
    within: trait.within,
  });
}

function englishMeasure(trait: ComputedTrait): string {
  const of = propertyOf(trait) ?? "";
  switch (trait.measure) {
    case "count":
      return "How many times it happened:";
    case "sum":
      return `The sum of ${of},`;
    case "avg":
      return `The average of ${of},`;
    case "min":
      return `The smallest ${of},`;
    case "max":
      return `The largest ${of},`;
    case "distinct":
      return `How many different ${of} there were`;
    case "first":
    case "last":
      return of === "" ? `The ${trait.measure} time,` : `The ${trait.measure} ${of},`;
    case "mostFrequent":
      return `The most frequent ${of},`;
    case "uniqueList":
      return `The different ${of}, at most ${listLimitOf(trait)},`;
    case "rfm":
      return `Recency in days, frequency and total ${of}, each with its fifth among everybody (5 is best),`;
    default:
      return trait satisfies never;
  }
}

function frenchMeasure(trait: ComputedTrait): string {
  const of = propertyOf(trait) ?? "";
  switch (trait.measure) {
    case "count":
      return "Combien de fois c’est arrivé :";
    case "sum":
      return `La somme de ${of},`;
    case "avg":
      return `La moyenne de ${of},`;
    case "min":
      return `La plus petite valeur de ${of},`;
    case "max":
      return `La plus grande valeur de ${of},`;
    case "distinct":
      return `Combien de valeurs différentes de ${of} il y a eu`;
    case "first":
      return of === "" ? "La première date," : `La première valeur de ${of},`;
    case "last":
      return of === "" ? "La dernière date," : `La dernière valeur de ${of},`;
    case "mostFrequent":
      return `La valeur la plus fréquente de ${of},`;
    case "uniqueList":
      return `Les valeurs différentes de ${of}, au plus ${listLimitOf(trait)},`;
    case "rfm":
      return `Récence en jours, fréquence et total de ${of}, chacun avec son cinquième parmi tous (5 est le meilleur),`;
    default:
      return trait satisfies never;
  }
}
