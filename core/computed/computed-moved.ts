import { canonicalJson, type JsonObject } from "#core/kernel/json.ts";

/** The computed traits that are no longer what they were, in text order; those that came or went included. */
export function computedMoved(was: JsonObject, is: JsonObject): readonly string[] {
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].sort();
  return names.filter((name) => textOf(was, name) !== textOf(is, name));
}

const textOf = (values: JsonObject, name: string): string | undefined => {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  return value === undefined ? undefined : canonicalJson(value);
};
