import type { Json, JsonObject } from "#core/kernel/json.ts";
import { compareText } from "#core/kernel/order.ts";
import { DAY, type EpochMs, isoTime } from "#core/kernel/time.ts";
import type { ComputedTrait, RfmTrait } from "./computed-trait.ts";
import { rfmName } from "./rfm.ts";

export type Scalar = string | number | boolean;

/**
 * What an engine measured of one person's events for one trait: whole numbers, doubles, texts and instants only, so that
 * every engine says the same; values are made of it here.
 */
export interface Measured {
  readonly events: number;
  readonly first: EpochMs;
  readonly last: EpochMs;
  /** The values asked for, in the trait's order: the one that counts, or those of a list. */
  readonly values: readonly Scalar[];
  /** How many different values there are. */
  readonly distinct: number;
  /** Of the numbers small enough to be added exactly: their sum in millionths, and how many they are. */
  readonly micros: bigint | undefined;
  readonly numbers: number;
  readonly least: number | undefined;
  readonly greatest: number | undefined;
  /** Of `rfm` alone: the three quintiles, as digits. */
  readonly score: string | undefined;
}

/** The values a trait puts on the profile: none where there is nothing to measure. */
export function valuesOf(trait: ComputedTrait, measured: Measured, now: EpochMs): JsonObject {
  if (trait.measure === "rfm") return rfmValues(trait, measured, now);
  const value = oneValue(trait, measured);
  return value === undefined ? {} : { [trait.name]: value };
}

function oneValue(trait: Exclude<ComputedTrait, RfmTrait>, measured: Measured): Json | undefined {
  const { values, micros } = measured;
  switch (trait.measure) {
    case "count":
      return measured.events;
    case "sum":
      return micros === undefined ? undefined : fromMicros(micros);
    case "avg":
      return micros === undefined ? undefined : fromMicros(divided(micros, BigInt(measured.numbers)));
    case "min":
      return measured.least;
    case "max":
      return measured.greatest;
    case "distinct":
      return measured.distinct === 0 ? undefined : measured.distinct;
    case "first":
    case "last":
      return trait.of === undefined ? isoTime(measured[trait.measure]) : values[0];
    case "mostFrequent":
      return values[0];
    case "uniqueList":
      return values.length === 0 ? undefined : values;
    default:
      return trait satisfies never;
  }
}

function rfmValues(trait: RfmTrait, { events, last, micros = 0n, score = "" }: Measured, now: EpochMs): JsonObject {
  const [r, f, m] = Array.from(score, Number) as [number, number, number];
  const parts = {
    recency: Math.floor((now - last) / DAY),
    frequency: events,
    monetary: fromMicros(micros),
    r,
    f,
    m,
    score,
  };
  return Object.fromEntries(
    Object.entries(parts).map(([part, value]) => [rfmName(trait, part as keyof typeof parts), value]),
  );
}

/** The number nearest to so many millionths: its text is read, because a division would round twice. */
function fromMicros(micros: bigint): number {
  const digits = String(micros < 0n ? -micros : micros).padStart(7, "0");
  return Number(`${micros < 0n ? "-" : ""}${digits.slice(0, -6)}.${digits.slice(-6)}`);
}

/** Rounded half away from zero. */
function divided(sum: bigint, count: bigint): bigint {
  const size = sum < 0n ? -sum : sum;
  const rounded = (2n * size + count) / (2n * count);
  return sum < 0n ? -rounded : rounded;
}

/** All of a person's values, names in text order: equal values have equal text. */
export const inOrder = (values: readonly JsonObject[]): JsonObject =>
  Object.fromEntries(values.flatMap(Object.entries).sort(([a], [b]) => compareText(a, b)));
