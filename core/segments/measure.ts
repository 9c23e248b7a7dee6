import { type EventCondition, type EventFilter, MEASURES, type Measure } from "./condition.ts";
import { type NumberTest, type TimeTest, testIn } from "./value-test.ts";

const AT_LEAST_ONE: Measure = { kind: "count", test: { kind: "gte", operand: 1 } };

/** What a validated event condition measures; without a measure, whether there is an event at all. */
export function measureIn(condition: EventCondition): Measure {
  const kind = MEASURES.find((name) => condition[name] !== undefined);
  if (kind === undefined) return AT_LEAST_ONE;
  const node = condition[kind] as object;
  if (kind === "count") return { kind, test: testIn(node) as NumberTest };
  if (kind === "first" || kind === "last") return { kind, test: testIn(node) as TimeTest };
  return { kind, of: (node as { readonly of: string }).of, test: testIn(node) as NumberTest };
}

/** The names an event condition, or a step of a sequence, asks for. */
export const eventNamesIn = ({ event }: EventFilter): readonly string[] =>
  typeof event === "string" ? [event] : event.any;
