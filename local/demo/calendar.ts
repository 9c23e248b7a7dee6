import type { Chance } from "./chance.ts";

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** One day of the shop, which keeps the time of Paris. */
export interface ShopDay {
  /** 0 for the first day of the simulation. */
  readonly index: number;
  /** The instant of midnight in Paris, epoch ms. */
  readonly midnight: number;
  /** `2026-11-03`. */
  readonly date: string;
  /** 0 is Sunday. */
  readonly weekday: number;
}

/** The day that many days after the one in which `start` lies. */
export function shopDayAt(start: number, index: number): ShopDay {
  const date = new Date(dateIn(start)).getTime() + index * DAY;
  // At noon no clock changes, so noon's offset is the one to read; the hour lost or gained at night hurts no rhythm.
  const midnight = date - parisOffset(date + DAY / 2);
  return { index, midnight, date: new Date(date).toISOString().slice(0, 10), weekday: new Date(date).getUTCDay() };
}

const dateIn = (instant: number): string => new Date(instant + parisOffset(instant)).toISOString().slice(0, 10);

const PARIS = new Intl.DateTimeFormat("en", { timeZone: "Europe/Paris", timeZoneName: "longOffset" });

/** What Paris is ahead of UTC, in ms. */
function parisOffset(instant: number): number {
  const zone = PARIS.formatToParts(instant).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, hours, minutes] = /GMT\+(\d\d):(\d\d)/.exec(zone) ?? [];
  return Number(hours ?? 0) * HOUR + Number(minutes ?? 0) * MINUTE;
}

/** How the 24 hours of a day share what happens in it. */
export type Rhythm = readonly (readonly [hour: number, weight: number])[];

const rhythm = (...weights: readonly number[]): Rhythm => weights.map((weight, hour) => [hour, weight] as const);

/** At home: a little at lunch, most of it in the evening. */
export const AT_HOME = rhythm(2, 1, 0.5, 0.3, 0.3, 0.5, 1, 3, 4, 4, 5, 5, 8, 7, 5, 4, 4, 5, 7, 8, 11, 12, 9, 5);
/** Ten to seven, busiest before lunch and after work. */
export const IN_SHOPS = rhythm(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 9, 8, 5, 6, 7, 8, 10, 9, 0, 0, 0, 0, 0);
export const IN_OFFICES = rhythm(0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 10, 9, 4, 5, 9, 8, 7, 5, 0, 0, 0, 0, 0, 0);
/** After a newsletter of ten in the morning: at once, then less and less. */
export const AFTER_NEWSLETTER = rhythm(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 30, 18, 14, 8, 5, 4, 4, 4, 5, 5, 6, 5, 3, 1);

/** What each weekday (from Sunday) brings, against an average day. */
export const WEB_WEEK: readonly number[] = [1.3, 1.1, 0.95, 0.9, 0.85, 0.85, 1.05];
/** Closed on Sundays, full on Saturdays. */
export const SHOP_WEEK: readonly number[] = [0, 0.6, 0.8, 1, 0.9, 1.2, 2.5];
export const OFFICE_WEEK: readonly number[] = [0, 1.6, 1.5, 1.4, 1.3, 1.2, 0];

/** An instant of the day, epoch ms, where its rhythm puts it. */
export const instantIn = (day: ShopDay, hours: Rhythm, chance: Chance): number =>
  day.midnight + chance.weighted(hours) * HOUR + chance.below(HOUR);

export const onWeekday = (week: readonly number[], day: ShopDay): number => week[day.weekday] ?? 1;
