import { isJsonObject, type Json, type JsonObject } from "#core/kernel/json.ts";
import type { JsonSchema } from "./json-schema.ts";

/** Which members a value may have by its schema, at every depth. */
export interface PropertyShape {
  /** By name. */
  readonly named: ReadonlyMap<string, PropertyShape>;
  /** Whether members that are not named are planned too. */
  readonly isOpen: boolean;
  /** The shape of members that are not named, where they may be there. */
  readonly others: PropertyShape | undefined;
  /** The shape of a list's items. */
  readonly items: PropertyShape | undefined;
}

/**
 * What a schema plans. An object is closed where its properties are listed, unless `additionalProperties` opens it;
 * with `additionalProperties: false` it is closed in any case. What one of several forms (`anyOf`…) lists is planned.
 * `undefined` where nothing can be unplanned.
 */
export function propertyShape(schema: JsonSchema): PropertyShape | undefined {
  return shapeOf([schema]);
}

function shapeOf(schemas: readonly JsonSchema[]): PropertyShape | undefined {
  const all = schemas.flatMap(sidesOf);
  if (all.length === 0) return undefined;
  const names = new Set(all.flatMap(namesIn));
  const lists = names.size > 0 || all.some(({ additionalProperties }) => additionalProperties === false);
  const opening = all.map(({ additionalProperties }) => additionalProperties).filter((open) => open !== undefined);
  const isOpen = !lists || opening.some((open) => open !== false);
  const others = shapeOf(opening as JsonSchema[]);
  const items = shapeOf(all.flatMap(itemsIn));
  const named = new Map(
    [...names].map((name) => [name, shapeOf(all.flatMap((side) => propertyIn(side, name))) ?? ANYTHING] as const),
  );
  const saysNothing = isOpen && others === undefined && items === undefined;
  return saysNothing && [...named.values()].every((shape) => shape === ANYTHING)
    ? undefined
    : { named, isOpen, others, items };
}

/** Of a value of which the schema says no more than its name. */
const ANYTHING: PropertyShape = { named: new Map(), isOpen: true, others: undefined, items: undefined };

const IN_PLACE = ["allOf", "anyOf", "oneOf", "then", "else"] as const;

/** A schema and all that speak of the same value. What stands behind `not` and `if` describes no value that is wanted. */
function sidesOf(schema: JsonSchema): readonly JsonObject[] {
  if (!isJsonObject(schema)) return [];
  const others = IN_PLACE.flatMap((keyword) => [schema[keyword] ?? []].flat() as JsonSchema[]);
  return [schema, ...others.flatMap(sidesOf)];
}

/** What is required is planned, also where nothing more is said of it. */
const namesIn = ({ properties, required }: JsonObject): readonly string[] => [
  ...(isJsonObject(properties) ? Object.keys(properties) : []),
  ...(Array.isArray(required) && properties !== undefined ? (required as string[]) : []),
];

function propertyIn({ properties }: JsonObject, name: string): readonly JsonSchema[] {
  if (!isJsonObject(properties) || !Object.hasOwn(properties, name)) return [];
  return [properties[name] as JsonSchema];
}

const itemsIn = ({ items, prefixItems, contains }: JsonObject): readonly JsonSchema[] =>
  [items ?? [], prefixItems ?? [], contains ?? []].flat() as JsonSchema[];

/** A value without what its shape does not plan. `told` hears of each removal, by path. The same value if there is none. */
export function withoutUnplanned<Value extends Json>(
  value: Value,
  shape: PropertyShape,
  told: (path: string) => void,
): Value {
  return pruned(value, shape, "", told) as Value;
}

/** Nearly always true, and so asked first, of every value anew: nothing is written down for it. */
function isAllPlanned(value: Json, shape: PropertyShape): boolean {
  if (typeof value !== "object" || value === null || shape === ANYTHING) return true;
  if (Array.isArray(value)) {
    const { items } = shape;
    if (items === undefined) return true;
    for (const item of value as readonly Json[]) if (!isAllPlanned(item, items)) return false;
    return true;
  }
  const object = value as JsonObject;
  for (const name in object) {
    const below = shape.named.get(name) ?? (shape.isOpen ? (shape.others ?? ANYTHING) : undefined);
    if (below === undefined || !isAllPlanned(object[name] as Json, below)) return false;
  }
  return true;
}

function pruned(value: Json, shape: PropertyShape, path: string, told: (path: string) => void): Json {
  if (isAllPlanned(value, shape)) return value;
  if (Array.isArray(value)) {
    const items = shape.items ?? ANYTHING;
    return value.map((item: Json, nth) => pruned(item, items, `${path}${nth}.`, told));
  }
  const kept = Object.entries(value as JsonObject).flatMap(([name, member]) => {
    const below = shape.named.get(name) ?? (shape.isOpen ? (shape.others ?? ANYTHING) : undefined);
    if (below !== undefined) return [[name, pruned(member, below, `${path}${name}.`, told)] as const];
    told(path + name);
    return [];
  });
  return Object.fromEntries(kept);
}
