import type { Event } from "#core/events/event.ts";
import { compareText, type Stamp } from "#core/kernel/order.ts";
import { joinLatest } from "./fragment-latest.ts";

/** A recent event, in short: what real-time segments can decide by. The whole of it is in the lake. */
export interface RecentEvent extends Stamp {
  /** Empty where only the event's id was remembered, in fragments of the first stored form. */
  readonly name: string;
  /** Absent in what was stored in the first form. */
  readonly source?: string;
  /** `properties.revenue`, `total` or `value`, where it is a number. */
  readonly value?: number;
}

/** Latest first. By these a fragment also tells repetitions (`as-first-heard.ts`). */
export type RecentEvents = readonly RecentEvent[];

const MAX_EVENT_NAME = 256;

export function recentOf(event: Event, stamp: Stamp): RecentEvent {
  const { revenue, total, value } = event.properties;
  const worth = [revenue, total, value].find((candidate) => typeof candidate === "number");
  return {
    ...stamp,
    name: event.name.slice(0, MAX_EVENT_NAME),
    source: event.source,
    ...(worth === undefined ? {} : { value: worth }),
  };
}

/** The latest `most` of both. Answers `x` itself where `y` adds nothing. */
export const joinRecent = (x: RecentEvents, y: RecentEvents, most: number): RecentEvents =>
  joinLatest(x, y, most, compareWords);

/** Total over all that an event in short can say, so that every writer keeps the same of two that differ. */
const compareWords = (x: RecentEvent, y: RecentEvent): number =>
  compareText(x.name, y.name) ||
  compareText(x.source ?? "", y.source ?? "") ||
  compareText(String(x.value), String(y.value));

/** Whether there are more different events in both than `most`. */
export function areMoreThan(most: number, x: RecentEvents, y: RecentEvents): boolean {
  if (x.length + y.length <= most) return false;
  const different = new Set<string>();
  for (const { by } of x) different.add(by);
  for (const { by } of y) different.add(by);
  return different.size > most;
}
