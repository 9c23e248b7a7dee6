import { isJsonObject, type Json, type JsonObject } from "#core/kernel/json.ts";
import { compareText } from "#core/kernel/order.ts";
import { type JsonSchema, SCHEMA_TYPES } from "./json-schema.ts";
import { type SchemaCheck, schemaCheck } from "./schema-check.ts";

/** How far an inferred schema goes into detail. */
const INFERENCE = {
  depth: 8,
  /** Objects of more names are taken for maps, whose names are data. */
  names: 100,
  nodes: 3_000,
  /** An enumeration has at most so many values… */
  enumValues: 8,
  /** …each seen so many times on average, … */
  enumSeen: 10,
  /** …and none longer than this, in characters. */
  enumCharacters: 60,
} as const;

/**
 * The narrowest plain schema that takes every one of these objects: types, what is always there, few values that recur,
 * formats that all texts have. It does not depend on their order.
 */
export function inferSchema(samples: readonly JsonObject[]): JsonObject {
  return objectSchema(samples, 1, { nodes: INFERENCE.nodes });
}

interface Left {
  nodes: number;
}

function inferValue(values: readonly Json[], depth: number, left: Left): JsonSchema {
  if (depth > INFERENCE.depth || left.nodes-- <= 0) return {};
  const types = typesOf(values);
  const texts = values.filter((value) => typeof value === "string");
  const lists = values.filter((value): value is readonly Json[] => Array.isArray(value));
  const objects = values.filter((value): value is JsonObject => isJsonObject(value));
  const { type: _, ...ofObjects } = objects.length === 0 ? { type: "" } : objectSchema(objects, depth + 1, left);
  const items = lists.flat();
  return {
    type: types.length === 1 && types[0] !== undefined ? types[0] : types,
    ...(texts.length === values.length ? textSchema(texts) : {}),
    ...(items.length === 0 ? {} : { items: inferValue(items, depth + 1, left) }),
    ...ofObjects,
  };
}

function objectSchema(objects: readonly JsonObject[], depth: number, left: Left): JsonObject {
  const byName = new Map<string, Json[]>();
  for (const object of objects) {
    for (const [name, value] of Object.entries(object)) {
      // No plan can name it: readers of JSON drop it for its meaning to JavaScript.
      if (name === "__proto__") continue;
      const values = byName.get(name);
      if (values === undefined) byName.set(name, [value]);
      else values.push(value);
    }
  }
  if (byName.size > INFERENCE.names || byName.size === 0) return { type: "object" };
  const names = [...byName.keys()].sort(compareText);
  const always = names.filter((name) => byName.get(name)?.length === objects.length);
  const properties = names.map((name) => [name, inferValue(byName.get(name) ?? [], depth, left)] as const);
  return {
    type: "object",
    properties: Object.fromEntries(properties),
    ...(always.length === 0 ? {} : { required: always }),
  };
}

function typesOf(values: readonly Json[]): readonly string[] {
  const found = new Set(values.map(typeOf));
  if (found.has("number")) found.delete("integer");
  return SCHEMA_TYPES.filter((type) => found.has(type));
}

function typeOf(value: Json): (typeof SCHEMA_TYPES)[number] {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value as "string" | "boolean" | "object";
}

/** Formats worth asking for, and what a text looks like that may have them: by the drafts, `a:b` is a URI too. */
const FORMATS = [
  ["date-time", /^\d{4}-\d\d-\d\dT/],
  ["date", /^\d{4}-\d\d-\d\d$/],
  ["email", /@/],
  ["uri", /^https?:\/\//],
  ["uuid", /^[0-9a-f]{8}-/i],
] as const;

let checks: ReadonlyMap<string, SchemaCheck> | undefined;

/** Whether a text has a format, in the very opinion of what will check it. */
function hasFormat(text: string, format: string): boolean {
  checks ??= new Map(FORMATS.map(([name]) => [name, schemaCheck({ properties: { text: { format: name } } })]));
  return checks.get(format)?.({ text }).length === 0;
}

function textSchema(texts: readonly string[]): JsonObject {
  const format = FORMATS.find(([name, look]) => texts.every((text) => look.test(text) && hasFormat(text, name)));
  if (format !== undefined) return { format: format[0] };
  const distinct = [...new Set(texts)].sort(compareText);
  const isEnum =
    // One value alone is what happened to come in so far.
    distinct.length > 1 &&
    distinct.length <= INFERENCE.enumValues &&
    texts.length >= distinct.length * INFERENCE.enumSeen &&
    distinct.every((text) => text.length <= INFERENCE.enumCharacters);
  return isEnum ? { enum: distinct } : {};
}
