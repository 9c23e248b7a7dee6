import * as z from "zod";
import { DAY, HOUR, MINUTE } from "#core/kernel/time.ts";

/** A length of time: `90min`, `36h`, `30d`, `12w`. At most ten years. */
export const Duration = z
  .string()
  .regex(/^[1-9][0-9]{0,6}(min|h|d|w)$/, "a length of time looks like 90min, 36h, 30d or 12w")
  .refine((text: string): boolean => durationMs(text) <= 3_660 * DAY, "at most ten years (3660d)");
export type Duration = string;

export type DurationUnit = "min" | "h" | "d" | "w";

const LENGTHS: Readonly<Record<DurationUnit, number>> = { min: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };

export function durationParts(duration: Duration): { readonly amount: number; readonly unit: DurationUnit } {
  const amount = Number.parseInt(duration, 10);
  return { amount, unit: duration.slice(String(amount).length) as DurationUnit };
}

/** Milliseconds; a day is 24 hours here (calendar days: `window.ts`, with a zone). */
export function durationMs(duration: Duration): number {
  const { amount, unit } = durationParts(duration);
  return amount * LENGTHS[unit];
}
