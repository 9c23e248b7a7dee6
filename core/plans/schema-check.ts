import { validator } from "@exodus/schemasafe";
import type { Problem } from "#core/events/bad-event.ts";
import { isJsonObject, type Json, type JsonObject } from "#core/kernel/json.ts";
import { expectedAt, placeIn } from "./explain-violation.ts";
import { type JsonSchema, mapSubschemas } from "./json-schema.ts";
import { patternMatcher } from "./pattern-matcher.ts";

/** What a value does against a schema; empty where it keeps to it. */
export type SchemaCheck = (value: JsonObject) => readonly Problem[];

type Formats = Record<string, (text: string) => boolean>;

/** How a pattern is handed over: as a format of its own, so that it is matched by us. */
const PATTERN_FORMAT = "pattern ";

const NONE: readonly Problem[] = [];

/** A resolved schema, compiled. Throws where the library finds that it contradicts itself. */
export function schemaCheck(schema: JsonSchema): SchemaCheck {
  const formats: Formats = {};
  const compiled = withoutPatterns(schema, formats);
  const check = validator(compiled, {
    mode: "lax",
    includeErrors: true,
    allErrors: true,
    $schemaDefault: "https://json-schema.org/draft/2020-12/schema",
    formatAssertion: true,
    formats,
  });
  // There are as many as the schema has keywords.
  const told = new Map<string, string>();
  const messageAt = (location: string): string => {
    const message = told.get(location) ?? expectedAt(compiled, location);
    told.set(location, message);
    return message;
  };
  return (value) =>
    check(value as Parameters<typeof check>[0])
      ? NONE
      : (check.errors ?? []).map(({ keywordLocation, instanceLocation }) => ({
          path: placeIn(value, instanceLocation),
          message: messageAt(keywordLocation),
        }));
}

/** A choice with a branch that takes everything asks for nothing; of some of those the library makes no JavaScript. */
function withoutIdleChoice({ anyOf, ...schema }: JsonObject): JsonObject {
  const isIdle = (branch: Json): boolean => branch === true || JSON.stringify(branch) === "{}";
  return Array.isArray(anyOf) && !anyOf.some(isIdle) ? { ...schema, anyOf } : schema;
}

function withoutPatterns(schema: JsonSchema, formats: Formats): JsonSchema {
  if (!isJsonObject(schema)) return schema;
  const mapped = withoutIdleChoice(mapSubschemas(schema, (below) => withoutPatterns(below, formats)));
  if (typeof mapped.pattern !== "string") return mapped;
  const { pattern, ...rest } = mapped;
  const format = `${PATTERN_FORMAT}${pattern}`;
  formats[format] ??= patternMatcher(pattern);
  return rest.format === undefined
    ? { ...rest, format }
    : { ...rest, allOf: [{ format }, ...((rest.allOf ?? []) as JsonSchema[])] };
}
