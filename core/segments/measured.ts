import { type Json, valueAt } from "#core/kernel/json.ts";
import type { Measure } from "./condition.ts";
import { micros } from "./micros.ts";
import type { PersonEvent } from "./person.ts";

/**
 * What a measure comes to over events, to be shown: `measurePasses` decides, without rounding. A number, or for `first`
 * and `last` epoch ms; `null` where no event has a value.
 */
export function measured(measure: Measure, events: readonly PersonEvent[]): number | null {
  switch (measure.kind) {
    case "count":
      return events.length;
    case "first":
    case "last": {
      const times = events.map(({ at }) => at);
      return reduced(times, measure.kind === "first" ? Math.min : Math.max);
    }
    case "distinct":
      return new Set(valuesOf(events, measure.of).filter(isScalar)).size;
    case "min":
    case "max":
      return reduced(numbersOf(events, measure.of), measure.kind === "min" ? Math.min : Math.max);
    case "sum":
    case "avg": {
      const amounts = numbersOf(events, measure.of).flatMap((value) => micros(value) ?? []);
      const sum = Number(amounts.reduce((total, amount) => total + amount, 0n)) / 1e6;
      if (measure.kind === "sum") return sum;
      return amounts.length === 0 ? null : sum / amounts.length;
    }
    default:
      return measure satisfies never;
  }
}

const valuesOf = (events: readonly PersonEvent[], path: string): readonly (Json | undefined)[] =>
  events.map((event) => valueAt(event.properties, path));

const numbersOf = (events: readonly PersonEvent[], path: string): readonly number[] =>
  valuesOf(events, path).filter((value) => typeof value === "number");

const reduced = (numbers: readonly number[], pick: (x: number, y: number) => number): number | null =>
  numbers.length === 0 ? null : numbers.reduce((x, y) => pick(x, y));

const isScalar = (value: Json | undefined): boolean =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";
