import type { ConsentState } from "#core/consent/consent.ts";
import type { Json } from "#core/kernel/json.ts";
import { isoTime } from "#core/kernel/time.ts";
import type { Measure } from "./condition.ts";

interface Sentences {
  readonly en: string;
  readonly fr: string;
}

const LONGEST = 200;

/** A value as JSON writes it, which tells a text from a number; cut where it is long. */
function shown(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

const CONSENT_FR = { granted: "donné", denied: "refusé", unknown: "inconnu" } as const;

/** What was found of one person, in the languages a marketer reads. */
export const foundWords = {
  value: (name: string, value: Json): Sentences =>
    value === null
      ? { en: `${name} is not known`, fr: `${name} n’est pas connu` }
      : { en: `${name} is ${shown(value)}`, fr: `${name} vaut ${shown(value)}` },
  consent: (purpose: string, state: ConsentState | "unknown"): Sentences => ({
    en: `consent to “${purpose}” is ${state === "unknown" ? "not known" : state}`,
    fr: `le consentement pour « ${purpose} » est ${CONSENT_FR[state]}`,
  }),
  list: (isOn: boolean): Sentences =>
    isOn
      ? { en: "one of the person’s identifiers is on the list", fr: "un identifiant de la personne est sur la liste" }
      : {
          en: "none of the person’s identifiers is on the list",
          fr: "aucun identifiant de la personne n’est sur la liste",
        },
  measured: (measure: Measure, events: number, amount: number | null): Sentences => {
    const counted = {
      en: `${events} such ${events === 1 ? "event" : "events"}`,
      fr: `${events} ${events < 2 ? "événement" : "événements"} de ce genre`,
    };
    if (measure.kind === "count") return counted;
    const name = "of" in measure ? ` ${measure.of}` : "";
    const value = amountText(measure, amount);
    return {
      en: `${counted.en}; ${MEASURE_EN[measure.kind]}${name}: ${value ?? "none"}`,
      fr: `${counted.fr} ; ${MEASURE_FR[measure.kind]}${name} : ${value ?? "aucun"}`,
    };
  },
  sequence: (steps: readonly number[], without: number): Sentences => ({
    en: `events that fit step by step: ${steps.join(", ")}${without > 0 ? `; of those that must not come between: ${without}` : ""}`,
    fr: `événements convenant à chaque étape : ${steps.join(", ")}${without > 0 ? ` ; de ceux qui ne doivent pas s’intercaler : ${without}` : ""}`,
  }),
};

const amountText = (measure: Measure, amount: number | null): string | undefined => {
  if (amount === null) return undefined;
  return measure.kind === "first" || measure.kind === "last" ? isoTime(amount) : String(amount);
};

const MEASURE_EN = {
  sum: "total",
  avg: "average",
  min: "smallest",
  max: "largest",
  distinct: "different",
  first: "first",
  last: "last",
} as const;
const MEASURE_FR = {
  sum: "total",
  avg: "moyenne",
  min: "minimum",
  max: "maximum",
  distinct: "valeurs différentes",
  first: "premier",
  last: "dernier",
} as const;
