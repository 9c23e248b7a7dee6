/** Anything JSON can say. Numbers are finite; there is no `undefined`. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: Json;
}

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The value at a dotted path (`products.0.sku`), or `undefined` where the path leads nowhere. */
export function valueAt(root: Json, path: string): Json | undefined {
  let here: Json | undefined = root;
  for (const step of path.split(".")) {
    if (typeof here !== "object" || here === null) return undefined;
    // A list has places and nothing else: its `length` is JavaScript's, not the value's.
    const leads: boolean = Array.isArray(here) ? /^(0|[1-9][0-9]*)$/.test(step) : Object.hasOwn(here, step);
    here = leads ? (here as JsonObject)[step] : undefined;
  }
  return here;
}

/**
 * JSON text that does not depend on the order in which members were written, so that equal content has equal text
 * and content can be named by its digest.
 */
export function canonicalJson(value: Json): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const object = value as JsonObject;
  const members = Object.keys(object)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(object[name] as Json)}`);
  return `{${members.join(",")}}`;
}
