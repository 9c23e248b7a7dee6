import type { Problem } from "#core/events/bad-event.ts";
import { isJsonObject, type Json, type JsonObject } from "#core/kernel/json.ts";
import {
  isSchema,
  type JsonSchema,
  type KeywordForm,
  SCHEMA_FORMATS,
  SCHEMA_KEYWORDS,
  SCHEMA_TYPES,
} from "./json-schema.ts";
import { patternProblem } from "./pattern.ts";

/** What a schema may be, references followed. Within them, checking an event costs no more than its size allows. */
const SCHEMA_LIMITS = { depth: 16, nodes: 4_000, enumValues: 1_000, uniqueItems: 256 } as const;

const DIALECTS = /^https?:\/\/json-schema\.org\/(?:draft\/2020-12|draft-07)\/schema#?$/;

export interface ResolvedSchema {
  /** With every reference replaced by what it refers to. Only to be used where there are no problems. */
  readonly schema: JsonSchema;
  readonly problems: readonly Problem[];
}

/**
 * Looks a schema through and follows its references, which are local: `#/$defs/name` or `#/definitions/name`, to the
 * schema's own or to those its plan shares. Problems say where in the schema, dotted.
 */
export function resolveSchema(sent: Json, shared: JsonObject = {}): ResolvedSchema {
  const problems: Problem[] = [];
  if (!isJsonObject(sent)) return { schema: true, problems: [{ path: "", message: "a JSON Schema is an object" }] };
  const { $schema, $id: _, $defs = {}, definitions = {}, ...rest } = sent;
  if ($schema !== undefined && !(typeof $schema === "string" && DIALECTS.test($schema))) {
    problems.push({ path: "$schema", message: "draft 2020-12 or draft-07 is expected" });
  }
  const known = { ...shared, ...(isJsonObject(definitions) ? definitions : {}), ...(isJsonObject($defs) ? $defs : {}) };
  const walk: Walk = { problems, known, left: { nodes: SCHEMA_LIMITS.nodes } };
  const schema = resolve(rest, { path: "", depth: 0, through: [] }, walk);
  return { schema, problems };
}

interface Walk {
  readonly problems: Problem[];
  readonly known: JsonObject;
  /** Shared by the whole schema. */
  readonly left: { nodes: number };
}

interface Place {
  readonly path: string;
  readonly depth: number;
  /** The references that led here. */
  readonly through: readonly string[];
}

const below = ({ path, depth, through }: Place, step: string | number): Place => ({
  path: path === "" ? String(step) : `${path}.${step}`,
  depth: depth + 1,
  through,
});

const MOST_PROBLEMS = 20;

function refuse({ problems }: Walk, { path }: Place, message: string): JsonSchema {
  if (problems.length < MOST_PROBLEMS) problems.push({ path, message });
  return true;
}

function resolve(sent: Json | undefined, place: Place, walk: Walk): JsonSchema {
  if (!isSchema(sent)) return refuse(walk, place, "a schema is expected: an object, true or false");
  if (typeof sent === "boolean") return sent;
  if (place.depth > SCHEMA_LIMITS.depth) return refuse(walk, place, `schemas nest at most ${SCHEMA_LIMITS.depth} deep`);
  if (walk.left.nodes-- <= 0) {
    return walk.left.nodes === -1
      ? refuse(walk, place, `a schema has at most ${SCHEMA_LIMITS.nodes} parts, each reference counted anew`)
      : true;
  }
  const { $ref, ...own } = sent;
  const kept = Object.entries(own).flatMap(([keyword, value]) => keptKeyword(keyword, value, place, walk));
  const schema = Object.fromEntries(kept);
  if (schema.uniqueItems === true && !(Number(schema.maxItems) <= SCHEMA_LIMITS.uniqueItems)) {
    const message = `say maxItems too, at most ${SCHEMA_LIMITS.uniqueItems}: every item is compared with every other`;
    return refuse(walk, below(place, "uniqueItems"), message);
  }
  if ($ref === undefined) return schema;
  const target = followed($ref, place, walk);
  const saysMore = Object.keys(schema).some((keyword) => SCHEMA_KEYWORDS.get(keyword) !== "remark");
  if (saysMore || !isJsonObject(target))
    return { ...schema, allOf: [target, ...((schema.allOf ?? []) as JsonSchema[])] };
  return { ...target, ...schema };
}

function followed($ref: Json, place: Place, walk: Walk): JsonSchema {
  const here = below(place, "$ref");
  const name = typeof $ref === "string" ? /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec($ref)?.[1] : undefined;
  if (name === undefined)
    return refuse(walk, here, "only local references are followed, such as #/definitions/product");
  const plain = name.replaceAll("~1", "/").replaceAll("~0", "~");
  const target = Object.hasOwn(walk.known, plain) ? walk.known[plain] : undefined;
  if (target === undefined) return refuse(walk, here, `there is no definition of this name: ${plain}`);
  if (place.through.includes(plain)) return refuse(walk, here, `${plain} refers to itself; schemas are finite here`);
  // What is said of a definition is said where it is defined.
  const found: Place = { path: `definitions.${plain}`, depth: place.depth + 1, through: [...place.through, plain] };
  return resolve(target, found, walk);
}

type Kept = readonly (readonly [string, Json])[];

function keptKeyword(keyword: string, value: Json, place: Place, walk: Walk): Kept {
  const form = SCHEMA_KEYWORDS.get(keyword);
  const here = below(place, keyword);
  if (form === undefined) {
    if (!keyword.startsWith("x-")) refuse(walk, here, unknownKeyword(keyword));
    return [];
  }
  if (form === "remark") return keyword === "description" && typeof value === "string" ? [[keyword, value]] : [];
  if (form === "schema") {
    if (Array.isArray(value)) refuse(walk, here, "one schema is expected; for a schema each, say prefixItems");
    else return [[keyword, resolve(value, here, walk)]];
    return [];
  }
  if (form === "schemas") {
    if (!Array.isArray(value) || value.length === 0) refuse(walk, here, "a list of schemas is expected");
    else return [[keyword, value.map((item, nth) => resolve(item, below(here, nth), walk))]];
    return [];
  }
  if (form === "schemas by name") {
    if (!isJsonObject(value)) refuse(walk, here, "an object is expected, a schema for each name");
    else
      return [
        [
          keyword,
          Object.fromEntries(Object.entries(value).map(([name, one]) => [name, resolve(one, below(here, name), walk)])),
        ],
      ];
    return [];
  }
  const message = whyUnfit(form, value);
  if (message !== undefined) refuse(walk, here, message);
  return message === undefined ? [[keyword, value]] : [];
}

const OTHERS: Readonly<Record<string, string>> = {
  patternProperties: "properties are named one by one here; say propertyNames and additionalProperties",
  $defs: "definitions stand at the top of a schema, or at the top of the plan",
  definitions: "definitions stand at the top of a schema, or at the top of the plan",
  dependencies: "say dependentRequired, or if and then",
  dependentSchemas: "say if and then",
  unevaluatedProperties: "say additionalProperties",
};

const unknownKeyword = (keyword: string): string =>
  Object.hasOwn(OTHERS, keyword) ? `not taken: ${OTHERS[keyword]}` : "no such keyword is known here; is it misspelt?";

const isText = (value: Json): value is string => typeof value === "string";
const isListOf = (value: Json | undefined, fits: (item: Json) => boolean): boolean =>
  Array.isArray(value) && value.every(fits);
const isOneOf = (known: readonly string[], value: Json): boolean => isText(value) && known.includes(value);

/** Why a value is none for keywords of its form. */
function whyUnfit(form: KeywordForm, value: Json): string | undefined {
  switch (form) {
    case "types": {
      const isType = (item: Json): boolean => isOneOf(SCHEMA_TYPES, item);
      const fits = isType(value) || (Array.isArray(value) && value.length > 0 && isListOf(value, isType));
      return fits ? undefined : `one or several of ${SCHEMA_TYPES.join(", ")} are expected`;
    }
    case "names":
      return isListOf(value, isText) ? undefined : "a list of names is expected";
    case "names by name":
      return isJsonObject(value) && Object.values(value).every((names) => isListOf(names, isText))
        ? undefined
        : "an object is expected, a list of names for each name";
    case "values":
      return Array.isArray(value) && value.length > 0 && value.length <= SCHEMA_LIMITS.enumValues
        ? undefined
        : `a list of 1 to ${SCHEMA_LIMITS.enumValues} values is expected`;
    case "count":
      return Number.isSafeInteger(value) && Number(value) >= 0 ? undefined : "a whole number from 0 on is expected";
    case "number":
      return typeof value === "number" ? undefined : "a number is expected";
    case "positive number":
      return typeof value === "number" && value > 0 ? undefined : "a number above 0 is expected";
    case "switch":
      return typeof value === "boolean" ? undefined : "true or false is expected";
    case "format":
      return isOneOf(SCHEMA_FORMATS, value) ? undefined : `one of ${SCHEMA_FORMATS.join(", ")} is expected`;
    case "pattern":
      return isText(value) ? patternProblem(value) : "a regular expression is expected";
    default:
      return undefined;
  }
}
