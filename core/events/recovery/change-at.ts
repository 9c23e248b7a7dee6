import { isJsonObject, type Json, type JsonObject } from "#core/kernel/json.ts";

/** What is to stand where a path leads, given what stands there. `undefined`: nothing. */
export type Change = (there: Json | undefined) => Json | undefined;

const EACH = "*";
const PLACE = /^(0|[1-9]\d{0,8})$/;
const NOTHING: JsonObject = {};

/**
 * The value with a change made where the path leads; the value itself, not a copy, where that changes nothing. A list
 * keeps its length. With `make`, objects that are missing on the way are made. Members are defined and never assigned:
 * a sender may call one `__proto__`.
 */
export function changeAt(value: Json, path: readonly string[], change: Change, make = false): Json {
  const [step = "", ...rest] = path;
  if (isList(value)) return changeItems(value, step, (item) => changeThere(item, rest, change, make));
  if (!isJsonObject(value)) return value;
  const there = Object.hasOwn(value, step) ? value[step] : undefined;
  if (there === undefined && step === EACH) return value;
  const next = changeThere(there, rest, change, make);
  if (next === there) return value;
  return next === undefined ? without(value, step) : { ...value, [step]: next };
}

function changeThere(
  there: Json | undefined,
  rest: readonly string[],
  change: Change,
  make: boolean,
): Json | undefined {
  if (rest.length === 0) return change(there);
  if (there !== undefined && there !== null) return changeAt(there, rest, change, make);
  if (!make) return there;
  const made = changeAt(NOTHING, rest, change, make);
  return made === NOTHING ? there : made;
}

function changeItems(list: readonly Json[], step: string, changed: Change): Json {
  if (step !== EACH && !PLACE.test(step)) return list;
  const next = list.map((item, at) => {
    const here = step === EACH || at === Number(step) ? changed(item) : item;
    return here === undefined ? item : here;
  });
  return next.some((item, at) => item !== list[at]) ? next : list;
}

/** Every value that a path leads to. */
export function valuesAt(value: Json, [step, ...rest]: readonly string[]): readonly Json[] {
  if (step === undefined) return [value];
  if (isList(value)) {
    const items = step === EACH ? value : PLACE.test(step) ? value.slice(Number(step), Number(step) + 1) : [];
    return items.flatMap((item) => valuesAt(item, rest));
  }
  if (!isJsonObject(value) || !Object.hasOwn(value, step)) return [];
  return valuesAt(value[step] as Json, rest);
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

const without = (object: JsonObject, name: string): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([member]) => member !== name));
