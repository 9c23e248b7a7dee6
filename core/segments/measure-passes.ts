import { type Json, valueAt } from "#core/kernel/json.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { Measure } from "./condition.ts";
import { micros, toMicros } from "./micros.ts";
import { comparisonPasses, numberPasses, timePasses } from "./passes.ts";
import type { PersonEvent } from "./person.ts";
import type { NumberTest } from "./value-test.ts";

/** Whether what is measured over these events passes the measure's test; what of no events: see `EventCondition`. */
export function measurePasses(measure: Measure, events: readonly PersonEvent[], now: EpochMs): boolean {
  switch (measure.kind) {
    case "count":
      return numberPasses(measure.test, events.length);
    case "distinct":
      return numberPasses(measure.test, new Set(valuesOf(events, measure.of).filter(isScalar)).size);
    case "sum":
    case "avg": {
      const amounts = numbersOf(events, measure.of).flatMap((value) => micros(value) ?? []);
      if (measure.kind === "avg" && amounts.length === 0) return false;
      // The average compares as sum to operand × count: whole numbers on both sides, nothing is divided.
      const count = measure.kind === "avg" ? BigInt(amounts.length) : 1n;
      const sum = amounts.reduce((total, amount) => total + amount, 0n);
      return comparisonPasses(measure.test.kind, sum, microsOperand(measure.test, count));
    }
    case "min":
    case "max": {
      const numbers = numbersOf(events, measure.of);
      if (numbers.length === 0) return false;
      const pick = measure.kind === "min" ? Math.min : Math.max;
      return numberPasses(
        measure.test,
        numbers.reduce((x, y) => pick(x, y)),
      );
    }
    case "first":
    case "last": {
      if (events.length === 0) return false;
      const pick = measure.kind === "first" ? Math.min : Math.max;
      return timePasses(
        measure.test,
        events.reduce((at, event) => pick(at, event.at), (events[0] as PersonEvent).at),
        now,
      );
    }
    default:
      return measure satisfies never;
  }
}

const valuesOf = (events: readonly PersonEvent[], path: string): readonly (Json | undefined)[] =>
  events.map((event) => valueAt(event.properties, path));

const numbersOf = (events: readonly PersonEvent[], path: string): readonly number[] =>
  valuesOf(events, path).filter((value) => typeof value === "number");

const isScalar = (value: Json | undefined): boolean =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";

function microsOperand(test: NumberTest, count: bigint): bigint | readonly [bigint, bigint] {
  if (test.kind !== "between") return toMicros(test.operand) * count;
  const [low, high] = test.operand;
  return [toMicros(low) * count, toMicros(high) * count];
}
