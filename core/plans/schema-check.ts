import { validator } from "@exodus/schemasafe";
import type { Problem } from "#core/events/bad-event.ts";
import type { Json, JsonObject } from "#core/kernel/json.ts";
import { expectedAt, placeIn } from "./explain-violation.ts";
import type { JsonSchema } from "./json-schema.ts";
import { type Formats, schemaForLibrary } from "./schema-for-library.ts";

/** What a value does against a schema; empty where it keeps to it. */
export type SchemaCheck = (value: JsonObject) => readonly Problem[];

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
  const compiled = schemaForLibrary(schema, formats);
  const compile = (includeErrors: boolean, allErrors: boolean) =>
    validator(compiled, { ...OPTIONS, formats, includeErrors, allErrors });
  const isTaken = compile(false, false);
  const parts = countParts(compiled, MOST_TO_EXPLAIN);
  let explain: Explain | undefined;
  return (value) => {
    if (isTaken(value as Parameters<typeof isTaken>[0])) return NONE;
    if (countParts(value, MOST_TO_EXPLAIN / parts) * parts > MOST_TO_EXPLAIN) return TOO_MUCH;
    explain ??= explainer((all) => compile(true, all), compiled);
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

type Check = ReturnType<typeof validator>;
type Explain = (value: JsonObject) => readonly Problem[];

/**
 * Tells of all that is wrong. A library that goes on after a type that is not there takes the rest of the schema for what
 * that type may be asked, and so trips over a null where an object was expected: of such a value the first wrong thing
 * is told, after which nothing is looked at.
 */
function explainer(compile: (allErrors: boolean) => Check, schema: JsonSchema): Explain {
  const all = compile(true);
  let first: Check | undefined;
  // There are as many as the schema has keywords.
  const told = new Map<string, string>();
  const messageAt = (location: string): string => {
    const message = told.get(location) ?? expectedAt(schema, location);
    told.set(location, message);
    return message;
  };
  return (value) => {
    let errors = errorsIn(all, value);
    if (errors === undefined) {
      first ??= compile(false);
      errors = errorsIn(first, value);
    }
    return (errors ?? []).slice(0, MOST_TOLD).map(({ keywordLocation, instanceLocation }) => ({
      path: placeIn(value, instanceLocation),
      message: messageAt(keywordLocation),
    }));
  };
}

/** `undefined` where the check trips over the value. */
function errorsIn(check: Check, value: JsonObject): Check["errors"] | undefined {
  try {
    check(value as Parameters<Check>[0]);
    return check.errors ?? [];
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
