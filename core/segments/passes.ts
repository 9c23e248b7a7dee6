import type { Json } from "#core/kernel/json.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import { instantIn } from "./date-text.ts";
import { durationMs } from "./duration.ts";
import { globMatches, globPieces } from "./glob.ts";
import type { NamedTest, NumberTest, TimeTest } from "./value-test.ts";

/** Whether a value passes a test at an instant; the table in `value-test.ts` says what each test means. Never throws. */
export function passes(test: NamedTest, value: Json | undefined, now: EpochMs): boolean {
  if (value === undefined || value === null) return test.kind === "missing";
  switch (test.kind) {
    case "missing":
      return false;
    case "exists":
      return true;
    case "eq":
      return value === test.operand;
    case "ne":
      return typeof value === typeof test.operand && value !== test.operand;
    case "in":
      return (test.operand as readonly Json[]).includes(value);
    case "notIn":
      return typeof value === typeof test.operand[0] && !(test.operand as readonly Json[]).includes(value);
    case "gt":
    case "gte":
    case "lt":
    case "lte":
    case "between":
      return typeof value === "number" && numberPasses(test, value);
    case "contains":
      return Array.isArray(value)
        ? value.includes(test.operand)
        : typeof value === "string" && typeof test.operand === "string" && value.includes(test.operand);
    case "startsWith":
      return typeof value === "string" && value.startsWith(test.operand);
    case "endsWith":
      return typeof value === "string" && value.endsWith(test.operand);
    case "matches":
      return typeof value === "string" && globMatches(globPieces(test.operand), value);
    case "before":
    case "after":
    case "inLast":
    case "inNext":
      return typeof value === "string" && timePasses(test, instantIn(value), now);
    default:
      return test satisfies never;
  }
}

/** Numbers are compared as they are; both bounds of `between` are in. Also for whole millionths, both sides so. */
export function numberPasses(test: NumberTest, value: number): boolean {
  return comparisonPasses(test.kind, value, test.operand);
}

export function comparisonPasses<N extends number | bigint>(
  kind: NumberTest["kind"],
  value: N,
  operand: N | readonly [N, N],
): boolean {
  if (kind === "between") {
    const [low, high] = operand as readonly [N, N];
    return value >= low && value <= high;
  }
  const other = operand as N;
  switch (kind) {
    case "eq":
      return value === other;
    case "ne":
      return value !== other;
    case "gt":
      return value > other;
    case "gte":
      return value >= other;
    case "lt":
      return value < other;
    case "lte":
      return value <= other;
    default:
      return kind satisfies never;
  }
}

/** Where the instants that pass a time test begin and end, half-open. */
export function timeBounds(test: TimeTest, now: EpochMs): { readonly from?: EpochMs; readonly to?: EpochMs } {
  switch (test.kind) {
    case "before":
      return { to: dateOf(test.operand) };
    case "after":
      return { from: dateOf(test.operand) + 1 };
    case "inLast":
      return { from: now - durationMs(test.operand) + 1, to: now + 1 };
    case "inNext":
      return { from: now + 1, to: now + durationMs(test.operand) + 1 };
    default:
      return test satisfies never;
  }
}

export function timePasses(test: TimeTest, at: EpochMs | undefined, now: EpochMs): boolean {
  if (at === undefined) return false;
  const { from, to } = timeBounds(test, now);
  return (from === undefined || at >= from) && (to === undefined || at < to);
}

function dateOf(text: string): EpochMs {
  const at = instantIn(text);
  if (at === undefined) throw new Error(`the test was not validated: ${text} is no date`);
  return at;
}
