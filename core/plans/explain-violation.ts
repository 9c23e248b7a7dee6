import { isJsonObject, type Json, type JsonObject } from "#core/kernel/json.ts";
import type { JsonSchema } from "./json-schema.ts";

/** What a schema asks for at one of its keywords, in words. */
export function expectedAt(schema: JsonSchema, keywordLocation: string): string {
  const steps = stepsOf(keywordLocation);
  return expected(steps.at(-1) ?? "", follow(schema, steps));
}

/** Where in a value, dotted. Of the value it says nothing but names: it may be a person's. */
export const placeIn = (value: JsonObject, instanceLocation: string): string =>
  pathIn(value, stepsOf(instanceLocation)).map(shortened).join(".");

const MOST_OF_NAME = 100;
/** Names come from senders too: the longest of them are cut. */
export const shortened = (name: string): string =>
  name.length > MOST_OF_NAME ? `${name.slice(0, MOST_OF_NAME).toWellFormed()}…` : name;

const stepsOf = (pointer: string): readonly string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));

/** The library does not mark slashes within names: steps that lead nowhere alone are tried together. */
function pathIn(value: Json, steps: readonly string[]): readonly string[] {
  for (let taken = 1; taken <= steps.length; taken++) {
    const name = steps.slice(0, taken).join("/");
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) continue;
    return [name, ...pathIn((value as JsonObject)[name] as Json, steps.slice(taken))];
  }
  return steps.length === 0 ? [] : [steps.join("/")];
}

function follow(schema: Json | undefined, steps: readonly string[]): Json | undefined {
  if (steps.length === 0) return schema;
  if (typeof schema !== "object" || schema === null) return undefined;
  for (let taken = 1; taken <= steps.length; taken++) {
    const name = steps.slice(0, taken).join("/");
    if (Object.hasOwn(schema, name)) return follow((schema as JsonObject)[name], steps.slice(taken));
  }
  // It leaves out the keyword before the place in a list of schemas.
  return isJsonObject(schema) && Array.isArray(schema.prefixItems) ? follow(schema.prefixItems, steps) : undefined;
}

export const UNPLANNED = "not in the plan";

/** What a keyword asks for, in words. */
function expected(keyword: string, asked: Json | undefined): string {
  const phrase = PHRASES[keyword];
  return phrase === undefined ? `${keyword} of the plan is not kept to` : phrase(asked);
}

const PATTERN = /^pattern /;

const PHRASES: Readonly<Record<string, (asked: Json | undefined) => string>> = {
  type: (asked) => `${[asked].flat().map(text).join(" or ")} is expected`,
  required: () => "it is required",
  additionalProperties: () => UNPLANNED,
  enum: (asked) => `one of ${listed(asked)} is expected`,
  const: (asked) => `${listed([asked ?? null])} is expected`,
  minimum: (asked) => `at least ${text(asked)} is expected`,
  maximum: (asked) => `at most ${text(asked)} is expected`,
  exclusiveMinimum: (asked) => `more than ${text(asked)} is expected`,
  exclusiveMaximum: (asked) => `less than ${text(asked)} is expected`,
  multipleOf: (asked) => `a multiple of ${text(asked)} is expected`,
  minLength: (asked) => `at least ${text(asked)} characters are expected`,
  maxLength: (asked) => `at most ${text(asked)} characters are expected`,
  format: (asked) =>
    PATTERN.test(text(asked))
      ? `a text that matches ${text(asked).replace(PATTERN, "")} is expected`
      : `a text of format ${text(asked)} is expected`,
  minItems: (asked) => `at least ${text(asked)} items are expected`,
  maxItems: (asked) => `at most ${text(asked)} items are expected`,
  uniqueItems: () => "no item may be there twice",
  contains: () => "an item of the form that is asked for is missing",
  minContains: (asked) => `at least ${text(asked)} items of the form that is asked for are expected`,
  maxContains: (asked) => `at most ${text(asked)} items of the form that is asked for are expected`,
  items: () => "no such item is expected",
  minProperties: (asked) => `at least ${text(asked)} members are expected`,
  maxProperties: (asked) => `at most ${text(asked)} members are expected`,
  dependentRequired: () => "something that it needs beside it is missing",
  anyOf: () => "none of the forms that are taken",
  oneOf: () => "not exactly one of the forms that are taken",
  not: () => "a form that is not taken",
};

const text = (asked: Json | undefined): string => (typeof asked === "string" ? asked : JSON.stringify(asked ?? null));

const MOST_LISTED = 10;

/** The plan's own values, which are nobody's. */
function listed(asked: Json | undefined): string {
  const values = Array.isArray(asked) ? asked : [];
  const shown = values.slice(0, MOST_LISTED).map((value) => shortened(JSON.stringify(value)));
  return `${shown.join(", ")}${values.length > MOST_LISTED ? " …" : ""}`;
}
