import type { EpochMs } from "#core/kernel/time.ts";
import { eventNamesIn } from "#core/segments/measure.ts";
import { testIn } from "#core/segments/value-test.ts";
import { receivedFrom, type WindowBounds, windowBounds } from "#core/segments/window.ts";
import type { MeasuredEvents } from "./computed-trait.ts";

/** Events of these names at these times, half-open: what time alone moves into a window or out of it. */
export interface Edge {
  readonly names: readonly string[];
  readonly from?: EpochMs;
  readonly to: EpochMs;
  /** Of those received on these UTC days, half-open as well; on any day where absent. */
  readonly receivedFrom?: string;
  readonly receivedBefore?: string;
}

/** Which events count for a trait at one of two instants and not at the other; too many rather than too few. */
export function edgesBetween(asked: MeasuredEvents, before: EpochMs, now: EpochMs): readonly Edge[] {
  const names = eventNamesIn(asked);
  const [was, is] = [windowBounds(asked.within, before), windowBounds(asked.within, now)];
  const dependsOnNow = (asked.where ?? []).some((node) => ["inLast", "inNext"].includes(testIn(node).kind));
  if (dependsOnNow) return [{ names, to: Math.max(was.to, is.to) }];
  const spans = [...beginnings(was, is), span(was.to, is.to)];
  return spans.filter(({ from, to }) => from < to).map((edge) => ({ names, ...edge }));
}

/** What a window leaves behind as its beginning moves, and what was received too long before it to count any more. */
function beginnings(was: WindowBounds, is: WindowBounds) {
  if (was.from === undefined || is.from === undefined) return [];
  const [first = "", last = ""] = [receivedFrom(was) ?? "", receivedFrom(is) ?? ""].sort();
  const left = { ...span(was.from, is.from), receivedFrom: first };
  const whole = { from: Math.min(was.from, is.from), to: Math.max(was.to, is.to) };
  return first === last ? [left] : [left, { ...whole, receivedFrom: first, receivedBefore: last }];
}

const span = (one: EpochMs, other: EpochMs) => ({ from: Math.min(one, other), to: Math.max(one, other) });
