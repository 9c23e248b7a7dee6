import { validator } from "@exodus/schemasafe";
import type { Problem } from "#core/events/bad-event.ts";
import { isJsonObject, type JsonObject } from "#core/kernel/json.ts";
import { explainViolation } from "./explain-violation.ts";
import { type JsonSchema, mapSubschemas } from "./json-schema.ts";
import { patternMatcher } from "./pattern-matcher.ts";

/** What a value does against a schema; empty where it keeps to it. */
export type SchemaCheck = (value: JsonObject) => readonly Problem[];

type Formats = Record<string, (text: string) => boolean>;

/** How a pattern is handed over: as a format of its own, so that it is matched by us. */
export const PATTERN_FORMAT = "pattern ";

const NONE: readonly Problem[] = [];

/** A resolved schema, compiled. Throws where the library finds that it contradicts itself. */
export function schemaCheck(schema: JsonSchema): SchemaCheck {
  const formats: Formats = {};
  const compiled = withoutPatterns(schema, formats);
  const check = validator(compiled as Parameters<typeof validator>[0], {
    mode: "lax",
    includeErrors: true,
    allErrors: true,
    $schemaDefault: "https://json-schema.org/draft/2020-12/schema",
    formatAssertion: true,
    formats,
  });
  return (value) =>
    check(value as Parameters<typeof check>[0])
      ? NONE
      : (check.errors ?? []).map((violation) => explainViolation(violation, compiled, value));
}

function withoutPatterns(schema: JsonSchema, formats: Formats): JsonSchema {
  if (!isJsonObject(schema)) return schema;
  const mapped = mapSubschemas(schema, (below) => withoutPatterns(below, formats));
  if (typeof mapped.pattern !== "string") return mapped;
  const { pattern, ...rest } = mapped;
  const format = `${PATTERN_FORMAT}${pattern as string}`;
  formats[format] ??= patternMatcher(pattern as string);
  return rest.format === undefined
    ? { ...rest, format }
    : { ...rest, allOf: [{ format }, ...((rest.allOf ?? []) as JsonSchema[])] };
}
