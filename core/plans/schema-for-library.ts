import { isJsonObject, type Json, type JsonObject } from "#core/kernel/json.ts";
import { type JsonSchema, mapSubschemas } from "./json-schema.ts";
import { patternMatcher } from "./pattern-matcher.ts";

/** What a text of a format is like. */
export type Formats = Record<string, (text: string) => boolean>;

/** How a pattern is handed over: as a format of its own, so that it is matched by us. */
const PATTERN_FORMAT = "pattern ";

/**
 * The same schema as `@exodus/schemasafe` 1.3 is to be given it, so that it takes and tells what JSON Schema means. The
 * formats that stand for patterns are put to the others.
 */
export function schemaForLibrary(schema: JsonSchema, formats: Formats): JsonSchema {
  if (!isJsonObject(schema)) return schema;
  const below = mapSubschemas(schema, (each) => schemaForLibrary(each, formats));
  return withoutPattern(withoutLooserBounds(withoutChoiceOfOne(withoutIdleChoice(below))), formats);
}

/** A choice with a branch that takes everything asks for nothing; of some of those the library makes no JavaScript. */
function withoutIdleChoice({ anyOf, ...schema }: JsonObject): JsonObject {
  const isIdle = (branch: Json): boolean => branch === true || JSON.stringify(branch) === "{}";
  return Array.isArray(anyOf) && !anyOf.some(isIdle) ? { ...schema, anyOf } : schema;
}

/** A choice of one is none: so the library takes it too, and tells of it as if it were one of `allOf`. */
function withoutChoiceOfOne(schema: JsonObject): JsonObject {
  const { anyOf, oneOf, ...rest } = schema;
  const [ones, choices] = [[] as Json[], {} as Record<string, Json>];
  for (const [keyword, branches] of Object.entries({ anyOf, oneOf })) {
    if (Array.isArray(branches) && branches.length === 1) ones.push(...branches);
    else if (branches !== undefined) choices[keyword] = branches;
  }
  if (ones.length === 0) return schema;
  return { ...rest, ...choices, allOf: [...((rest.allOf ?? []) as readonly Json[]), ...ones] };
}

/** Where both of a kind stand, the library forgets the one that may be met: so only the tighter is left. */
function withoutLooserBounds(schema: JsonObject): JsonObject {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = schema;
  const looser = [
    typeof minimum === "number" && typeof exclusiveMinimum === "number"
      ? [exclusiveMinimum >= minimum ? "minimum" : "exclusiveMinimum"]
      : [],
    typeof maximum === "number" && typeof exclusiveMaximum === "number"
      ? [exclusiveMaximum <= maximum ? "maximum" : "exclusiveMaximum"]
      : [],
  ].flat();
  if (looser.length === 0) return schema;
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !looser.includes(keyword)));
}

function withoutPattern(schema: JsonObject, formats: Formats): JsonObject {
  if (typeof schema.pattern !== "string") return schema;
  const { pattern, ...rest } = schema;
  const format = `${PATTERN_FORMAT}${pattern}`;
  formats[format] ??= patternMatcher(pattern);
  return rest.format === undefined
    ? { ...rest, format }
    : { ...rest, allOf: [{ format }, ...((rest.allOf ?? []) as JsonSchema[])] };
}
