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

/** How much there may be to explain: parts of the value times parts of the schema. Senders decide how much they send. */
const MOST_TO_EXPLAIN = 20_000;
/** Nobody reads more, and each costs more to put into words than to find. */
const MOST_TOLD = 50;
const TOO_MUCH: readonly Problem[] = [
  { path: "", message: "it is not what its schema asks for; there is too much of it to say where" },
];

/**
 * A resolved schema, compiled. Throws where the library finds that it contradicts itself. Whether a value is taken is
 * asked first, and by itself: only of what is not are reasons looked for, by a second compilation that is made then.
 */
export function schemaCheck(schema: JsonSchema): SchemaCheck {
  const formats: Formats = {};
  const compiled = withoutPatterns(schema, formats);
  const compile = (includeErrors: boolean) =>
    validator(compiled, { ...OPTIONS, formats, includeErrors, allErrors: includeErrors });
  const isTaken = compile(false);
  const parts = countParts(compiled, MOST_TO_EXPLAIN);
  let explain: Explain | undefined;
  return (value) => {
    if (isTaken(value as Parameters<typeof isTaken>[0])) return NONE;
    if (countParts(value, MOST_TO_EXPLAIN / parts) * parts > MOST_TO_EXPLAIN) return TOO_MUCH;
    explain ??= explainer(compile(true), compiled);
    return explain(value);
  };
}

const OPTIONS = {
  mode: "lax",
  $schemaDefault: "https://json-schema.org/draft/2020-12/schema",
  formatAssertion: true,
} as const;

/** How many values stand in a value, itself among them; a little more than `most` where there are more. */
function countParts(value: Json, most: number): number {
  let count = 1;
  if (typeof value !== "object" || value === null) return count;
  for (const part of Object.values(value)) {
    count += countParts(part, most - count);
    if (count > most) return count;
  }
  return count;
}

type Explain = (value: JsonObject) => readonly Problem[];

function explainer(check: ReturnType<typeof validator>, schema: JsonSchema): Explain {
  // There are as many as the schema has keywords.
  const told = new Map<string, string>();
  const messageAt = (location: string): string => {
    const message = told.get(location) ?? expectedAt(schema, location);
    told.set(location, message);
    return message;
  };
  return (value) => {
    check(value as Parameters<typeof check>[0]);
    return (check.errors ?? []).slice(0, MOST_TOLD).map(({ keywordLocation, instanceLocation }) => ({
      path: placeIn(value, instanceLocation),
      message: messageAt(keywordLocation),
    }));
  };
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
