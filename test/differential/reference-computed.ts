import { type ComputedTrait, listLimitOf, propertyOf } from "#core/computed/computed-trait.ts";
import type { Json, JsonObject } from "#core/kernel/json.ts";
import { valueAt } from "#core/kernel/json.ts";
import { DAY, type EpochMs } from "#core/kernel/time.ts";
import { eventNamesIn } from "#core/segments/measure.ts";
import { passes } from "#core/segments/passes.ts";
import type { PersonEvent } from "#core/segments/person.ts";
import { testIn } from "#core/segments/value-test.ts";
import { receivedFrom, windowBounds } from "#core/segments/window.ts";

type Scalar = string | number | boolean;
type People = ReadonlyMap<string, readonly PersonEvent[]>;

/** What computed traits come to by their definition, over events held in memory: nothing of it is shared with the SQL. */
export function referenceComputed(
  traits: readonly ComputedTrait[],
  people: People,
  now: EpochMs,
): ReadonlyMap<string, JsonObject> {
  const values = new Map<string, Record<string, Json>>();
  for (const trait of traits) {
    const meant = new Map(
      [...people]
        .map(([id, events]) => [id, eventsOf(trait, events, now)] as const)
        .filter(([, events]) => events.length > 0),
    );
    const found =
      trait.measure === "rfm"
        ? rfm(trait.name, trait.of, meant, now)
        : [...meant].map(([id, events]) => [id, { [trait.name]: measure(trait, events) }] as const);
    for (const [id, told] of found) values.set(id, { ...values.get(id), ...told });
  }
  const some = [...values].map(
    ([id, told]) => [id, Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined))] as const,
  );
  return new Map(some.filter(([, told]) => Object.keys(told).length > 0));
}

function eventsOf(trait: ComputedTrait, events: readonly PersonEvent[], now: EpochMs): readonly PersonEvent[] {
  const bounds = windowBounds(trait.within, now);
  const { from = Number.NEGATIVE_INFINITY, to } = bounds;
  const received = Date.parse(receivedFrom(bounds) ?? "0001-01-01");
  return events.filter(
    ({ name, at, receivedAt = Number.POSITIVE_INFINITY, properties }) =>
      eventNamesIn(trait).includes(name) &&
      receivedAt >= received &&
      at >= from &&
      at < to &&
      (trait.where ?? []).every((node) => passes(testIn(node), valueAt(properties, node.property), now)),
  );
}

function measure(trait: ComputedTrait, events: readonly PersonEvent[]): Json {
  const path = propertyOf(trait) ?? "";
  const valued = events.flatMap(({ at, properties }) => {
    const value = valueAt(properties, path);
    return ["string", "number", "boolean"].includes(typeof value) ? [{ at, value: value as Scalar }] : [];
  });
  const numbers = valued.map(({ value }) => value).filter((value) => typeof value === "number");
  const small = numbers.filter((value) => Math.abs(value) < 1e12).map(millionths);
  const sum = small.reduce((total, value) => total + value, 0);
  const different = [...new Set(valued.map(({ value }) => value))].sort(inOrder);
  const ends = (sign: 1 | -1) =>
    [...valued].sort((x, y) => sign * (x.at - y.at) || inOrder(x.value, y.value))[0]?.value as Json;
  const times = events.map(({ at }) => at);
  const often = (wanted: Scalar): number => valued.filter(({ value }) => value === wanted).length;
  const none = undefined as unknown as Json;
  switch (trait.measure) {
    case "count":
      return events.length;
    case "sum":
      return small.length === 0 ? none : sum / 1e6;
    case "avg":
      return small.length === 0
        ? none
        : (Math.sign(sum) * Math.floor((2 * Math.abs(sum) + small.length) / (2 * small.length))) / 1e6 + 0;
    case "min":
      return numbers.length === 0 ? none : Math.min(...numbers);
    case "max":
      return numbers.length === 0 ? none : Math.max(...numbers);
    case "distinct":
      return different.length || none;
    case "first":
      return trait.of === undefined ? new Date(Math.min(...times)).toISOString() : ends(1);
    case "last":
      return trait.of === undefined ? new Date(Math.max(...times)).toISOString() : ends(-1);
    case "mostFrequent":
      return [...different].sort((x, y) => often(y) - often(x) || inOrder(x, y))[0] as Json;
    case "uniqueList":
      return different.length === 0 ? none : different.slice(0, listLimitOf(trait));
    default:
      throw new Error(trait.measure);
  }
}

/** Recency, frequency, monetary value and the three quintiles, cut as NTILE cuts. */
function rfm(
  name: string,
  of: string,
  people: People,
  now: EpochMs,
): readonly (readonly [string, Record<string, Json>])[] {
  const figures = [...people].map(([id, events]) => {
    const amounts = events
      .map(({ properties }) => valueAt(properties, of))
      .filter((value) => typeof value === "number" && Math.abs(value) < 1e12);
    return {
      id,
      last: Math.max(...events.map(({ at }) => at)),
      n: events.length,
      sum: amounts.reduce((sum: number, value) => sum + millionths(value as number), 0),
    };
  });
  type Key = "last" | "n" | "sum";
  const tiles = (...keys: Key[]): ReadonlyMap<string, number> => {
    const sorted = [...figures].sort(
      (x, y) => keys.map((key) => x[key] - y[key]).find((difference) => difference !== 0) ?? (x.id < y.id ? -1 : 1),
    );
    const [size, larger] = [Math.floor(sorted.length / 5), sorted.length % 5];
    const sizes = [1, 2, 3, 4, 5].map((tile) => size + (tile <= larger ? 1 : 0));
    const tileOf = sizes.flatMap((count, tile) => Array.from({ length: count }, () => tile + 1));
    return new Map(sorted.map(({ id }, place) => [id, tileOf[place] ?? 0]));
  };
  const [r, f, m] = [tiles("last", "n", "sum"), tiles("n", "last", "sum"), tiles("sum", "last", "n")];
  return figures.map(({ id, last, n, sum }) => {
    const quintiles = [r, f, m].map((tile) => tile.get(id) ?? 0);
    const parts = {
      recency: Math.floor((now - last) / DAY),
      frequency: n,
      monetary: sum / 1e6,
      r: quintiles[0],
      f: quintiles[1],
      m: quintiles[2],
      score: quintiles.join(""),
    };
    return [
      id,
      Object.fromEntries(Object.entries(parts).map(([part, value]) => [`${name}_${part}`, value as Json])),
    ] as const;
  });
}

const millionths = (value: number): number => Math.sign(value) * Math.round(Math.abs(value * 1e6));

const RANKS = { string: 0, number: 1, boolean: 2 } as Readonly<Record<string, number>>;

const inOrder = (x: Scalar, y: Scalar): number => {
  if (typeof x !== typeof y) return (RANKS[typeof x] ?? 0) - (RANKS[typeof y] ?? 0);
  if (typeof x === "string") return Buffer.compare(Buffer.from(x), Buffer.from(y as string));
  return Number(x) - Number(y);
};
