import type { EpochMs } from "#core/kernel/time.ts";
import { eventNamesIn } from "#core/segments/measure.ts";
import { testIn } from "#core/segments/value-test.ts";
import { windowBounds } from "#core/segments/window.ts";
import type { MeasuredEvents } from "./computed-trait.ts";

/** Events of these names at these times, half-open: what time alone moves into a window or out of it. */
export interface Edge {
  readonly names: readonly string[];
  readonly from?: EpochMs;
  readonly to: EpochMs;
}

/** Which events count for a trait at one of two instants and not at the other; too many rather than too few. */
export function edgesBetween(asked: MeasuredEvents, before: EpochMs, now: EpochMs): readonly Edge[] {
  const names = eventNamesIn(asked);
  const [was, is] = [windowBounds(asked.within, before), windowBounds(asked.within, now)];
  const dependsOnNow = (asked.where ?? []).some((node) => ["inLast", "inNext"].includes(testIn(node).kind));
  if (dependsOnNow) return [{ names, to: Math.max(was.to, is.to) }];
  const spans = [
    ...(was.from === undefined || is.from === undefined ? [] : [span(was.from, is.from)]),
    span(was.to, is.to),
  ];
  return spans.filter(({ from, to }) => from < to).map((edge) => ({ names, ...edge }));
}

const span = (one: EpochMs, other: EpochMs) => ({ from: Math.min(one, other), to: Math.max(one, other) });
