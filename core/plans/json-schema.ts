import type { JsonObject } from "#core/kernel/json.ts";

/** A JSON Schema, draft 2020-12 or 07, of the keywords below. `true` takes everything, `false` nothing. */
export type JsonSchema = boolean | JsonObject;

export const SCHEMA_TYPES = ["string", "number", "integer", "boolean", "null", "object", "array"] as const;

/** Formats that are looked at. In the drafts a format may be a mere remark; here it is a promise. */
export const SCHEMA_FORMATS = [
  "date-time",
  "date",
  "time",
  "duration",
  "email",
  "hostname",
  "ipv4",
  "ipv6",
  "uri",
  "uri-reference",
  "uuid",
] as const;

/** How the value of a keyword is made up. */
export type KeywordForm =
  | "schema"
  | "schemas"
  | "schemas by name"
  | "types"
  | "names"
  | "names by name"
  | "values"
  | "value"
  | "count"
  | "number"
  | "positive number"
  | "switch"
  | "pattern"
  | "format"
  | "remark";

/** Every keyword that is taken. What is not here is refused by name, so that a misspelt one is not a promise unkept. */
export const SCHEMA_KEYWORDS: ReadonlyMap<string, KeywordForm> = new Map<string, KeywordForm>([
  ["type", "types"],
  ["enum", "values"],
  ["const", "value"],
  ["properties", "schemas by name"],
  ["required", "names"],
  ["additionalProperties", "schema"],
  ["propertyNames", "schema"],
  ["dependentRequired", "names by name"],
  ["minProperties", "count"],
  ["maxProperties", "count"],
  ["items", "schema"],
  ["prefixItems", "schemas"],
  ["contains", "schema"],
  ["minContains", "count"],
  ["maxContains", "count"],
  ["minItems", "count"],
  ["maxItems", "count"],
  ["uniqueItems", "switch"],
  ["minLength", "count"],
  ["maxLength", "count"],
  ["pattern", "pattern"],
  ["format", "format"],
  ["minimum", "number"],
  ["maximum", "number"],
  ["exclusiveMinimum", "number"],
  ["exclusiveMaximum", "number"],
  ["multipleOf", "positive number"],
  ["allOf", "schemas"],
  ["anyOf", "schemas"],
  ["oneOf", "schemas"],
  ["not", "schema"],
  ["if", "schema"],
  ["then", "schema"],
  ["else", "schema"],
  ["title", "remark"],
  ["description", "remark"],
  ["default", "remark"],
  ["examples", "remark"],
  ["deprecated", "remark"],
  ["readOnly", "remark"],
  ["writeOnly", "remark"],
  ["$comment", "remark"],
]);

export const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === "boolean" || (typeof value === "object" && value !== null && !Array.isArray(value));

/** A schema with each of the schemas right below it changed. */
export function mapSubschemas(schema: JsonObject, change: (below: JsonSchema) => JsonSchema): JsonObject {
  const entries = Object.entries(schema).map(([keyword, value]) => {
    const form = SCHEMA_KEYWORDS.get(keyword);
    if (form === "schema") return [keyword, change(value as JsonSchema)] as const;
    if (form === "schemas") return [keyword, (value as readonly JsonSchema[]).map(change)] as const;
    if (form !== "schemas by name") return [keyword, value] as const;
    const named = Object.entries(value as JsonObject).map(
      ([name, below]) => [name, change(below as JsonSchema)] as const,
    );
    return [keyword, Object.fromEntries(named)] as const;
  });
  return Object.fromEntries(entries);
}
