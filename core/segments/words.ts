import type { ConsentCondition, Measure, SequenceStep } from "./condition.ts";
import type { NamedTest } from "./value-test.ts";
import type { Window } from "./window.ts";

/** What an event condition says, its names and tests already in words. */
interface EventWords {
  readonly names: string;
  readonly measure: Measure;
  /** Whether the measure was asked for, or is the "at least once" that goes without saying. */
  readonly stated: boolean;
  /** Empty where nothing is asked of the properties. */
  readonly where: string;
  readonly within: Window | undefined;
}

/** The events that a step means, in words. */
export interface StepWords {
  readonly names: string;
  /** Empty where nothing is asked of the properties. */
  readonly where: string;
}

export interface SequenceWords {
  readonly steps: readonly (StepWords & Pick<SequenceStep, "after">)[];
  readonly without: StepWords | undefined;
  readonly within: Window | undefined;
}

/** How a language says conditions. */
export interface Words {
  readonly and: string;
  readonly or: string;
  quoted(text: string): string;
  people(clause: string): string;
  not(clause: string): string;
  trait(name: string, test: string): string;
  /** What a test says of a value, with its verb: `is at least 18`. */
  test(test: NamedTest): string;
  consent(purpose: string, is: ConsentCondition["is"]): string;
  segment(name: string): string;
  list(name: string): string;
  event(event: EventWords): string;
  sequence(sequence: SequenceWords): string;
}

type Scalar = string | number | boolean;

/** A value as text: texts quoted, numbers in the language's way, yes and no in its words. */
export const scalarWords =
  (quoted: (text: string) => string, yes: string, no: string, locale: string) =>
  (value: Scalar): string => {
    if (typeof value === "string") return quoted(value);
    if (typeof value === "boolean") return value ? yes : no;
    return new Intl.NumberFormat(locale, { maximumFractionDigits: 20, maximumSignificantDigits: 17 }).format(value);
  };

/** `a, b or c`. */
export function enumeration(items: readonly string[], or: string): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} ${or} ${items.at(-1)}`;
}
