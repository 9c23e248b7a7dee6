import type { Measure } from "./condition.ts";
import { type Duration, durationParts } from "./duration.ts";
import type { NamedTest, NumberTest, TimeTest } from "./value-test.ts";
import type { Window } from "./window.ts";
import { enumeration, type SequenceWords, type StepWords, scalarWords, type Words } from "./words.ts";

const quoted = (text: string): string => `«\u00a0${text}\u00a0»`;
const value = scalarWords(quoted, "oui", "non", "fr");

const UNITS = { min: "minutes", h: "heures", d: "jours", w: "semaines" } as const;
const FEMININE = { min: true, h: true, d: false, w: true } as const;

/** With its article: `les 30 derniers jours`, `la dernière semaine`. */
function stretch(text: Duration, [masculine, feminine]: readonly [string, string]): string {
  const { amount, unit } = durationParts(text);
  const word = FEMININE[unit] ? feminine : masculine;
  if (amount > 1) return `les ${value(amount)} ${word}s ${UNITS[unit]}`;
  return `${FEMININE[unit] ? "la" : "le"} ${word} ${UNITS[unit].slice(0, -1)}`;
}

const LAST = ["dernier", "dernière"] as const;
const NEXT = ["prochain", "prochaine"] as const;

function test(test: NamedTest): string {
  switch (test.kind) {
    case "eq":
      return `vaut ${value(test.operand)}`;
    case "ne":
      return `est connu et ne vaut pas ${value(test.operand)}`;
    case "in":
      return `vaut ${enumeration(test.operand.map(value), "ou")}`;
    case "notIn":
      return `est connu et ne vaut ni ${test.operand.map(value).join(" ni ")}`;
    case "gt":
    case "gte":
    case "lt":
    case "lte":
    case "between":
      return `vaut ${amount(test)}`;
    case "contains":
      return `contient ${value(test.operand)}`;
    case "startsWith":
      return `commence par ${quoted(test.operand)}`;
    case "endsWith":
      return `finit par ${quoted(test.operand)}`;
    case "matches":
      return `ressemble à ${quoted(test.operand)}`;
    case "exists":
      return "est connu";
    case "missing":
      return "n’est pas connu";
    case "before":
    case "after":
    case "inLast":
    case "inNext":
      return `se situe ${time(test)}`;
    default:
      return test satisfies never;
  }
}

function amount(test: NumberTest): string {
  switch (test.kind) {
    case "eq":
      return `exactement ${value(test.operand)}`;
    case "ne":
      return `autre chose que ${value(test.operand)}`;
    case "gt":
      return `plus de ${value(test.operand)}`;
    case "gte":
      return `au moins ${value(test.operand)}`;
    case "lt":
      return `moins de ${value(test.operand)}`;
    case "lte":
      return `au plus ${value(test.operand)}`;
    case "between":
      return `entre ${value(test.operand[0])} et ${value(test.operand[1])}`;
    default:
      return test satisfies never;
  }
}

function time(test: TimeTest): string {
  switch (test.kind) {
    case "before":
      return `avant le ${test.operand}`;
    case "after":
      return `après le ${test.operand}`;
    case "inLast":
      return `dans ${stretch(test.operand, LAST)}`;
    case "inNext":
      return `dans ${stretch(test.operand, NEXT)}`;
    default:
      return test satisfies never;
  }
}

function window(within: Window | undefined): string {
  if (within === undefined) return "";
  const zone = within.zone === undefined ? "" : ` (heure de ${within.zone})`;
  if ("last" in within) return ` dans ${stretch(within.last, LAST)}${zone}`;
  const from = within.from === undefined ? "" : ` à partir du ${within.from}`;
  return `${from}${within.to === undefined ? "" : ` avant le ${within.to}`}${zone}`;
}

function measured(measure: Measure, stated: boolean): readonly [string, string] {
  switch (measure.kind) {
    case "count":
      return ["a fait ", stated ? ` ${amount(measure.test)} fois` : ""];
    case "sum":
      return [`a un total de ${measure.of} valant ${amount(measure.test)} sur `, ""];
    case "avg":
      return [`a une moyenne de ${measure.of} valant ${amount(measure.test)} sur `, ""];
    case "min":
      return [`a un plus petit ${measure.of} valant ${amount(measure.test)} sur `, ""];
    case "max":
      return [`a un plus grand ${measure.of} valant ${amount(measure.test)} sur `, ""];
    case "distinct":
      return [`a ${amount(measure.test)} ${measure.of} différents sur `, ""];
    case "first":
      return ["a fait ", ` pour la première fois ${time(measure.test)}`];
    case "last":
      return ["a fait ", ` pour la dernière fois ${time(measure.test)}`];
    default:
      return measure satisfies never;
  }
}

const step = ({ names, where }: StepWords): string => (where === "" ? names : `${names} (où ${where})`);

function length(text: Duration): string {
  const { amount, unit } = durationParts(text);
  return `${value(amount)} ${amount === 1 ? UNITS[unit].slice(0, -1) : UNITS[unit]}`;
}

function later(after: SequenceWords["steps"][number]["after"]): string {
  if (after === undefined) return "puis";
  const { atLeast, atMost } = after;
  if (atMost === undefined) return `puis, au moins ${length(atLeast as Duration)} plus tard,`;
  if (atLeast === undefined) return `puis, au plus ${length(atMost)} plus tard,`;
  return atLeast === atMost
    ? `puis, exactement ${length(atLeast)} plus tard,`
    : `puis, au moins ${length(atLeast)} et au plus ${length(atMost)} plus tard,`;
}

function sequence({ steps, without, within }: SequenceWords): string {
  const chain = steps.map((each, at) => (at === 0 ? step(each) : `${later(each.after)} ${step(each)}`));
  const none = without === undefined ? "" : `, sans ${step(without)} entre le premier et le dernier`;
  return `a fait ${chain.join(", ")}${none}${within === undefined ? "" : `, le tout${window(within)}`}`;
}

export const french: Words = {
  and: "et",
  or: "ou",
  quoted,
  people: (clause) => `Toute personne pour qui ceci est vrai\u00a0: ${clause}.`,
  not: (clause) => `pas (${clause})`,
  trait: (name, tested) => `${name} ${tested}`,
  test,
  consent: (purpose, is) => {
    const states = { granted: "accordé", denied: "refusé", unknown: "inconnu" } as const;
    return `le consentement à ${quoted(purpose)} est ${states[is]}`;
  },
  segment: (name) => `est dans le segment ${quoted(name)}`,
  list: (name) => `est sur la liste ${quoted(name)}`,
  sequence,
  event: ({ names, measure, stated, where, within }) => {
    const [before, after] = measured(measure, stated);
    return `${before}${names}${after}${where === "" ? "" : `, où ${where},`}${window(within)}`.replace(/,$/, "");
  },
};
