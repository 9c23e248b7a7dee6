import { isJsonObject, type Json, type JsonObject } from "#core/kernel/json.ts";
import type { JsonSchema } from "./json-schema.ts";

/** Which members a value may have by its schema, at every depth. */
export interface PropertyShape {
  /** By name; `undefined` where the schema says no more of them than their name. */
  readonly named: ReadonlyMap<string, PropertyShape | undefined>;
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
  const names = new Set(all.flatMap(namesIn));
  const lists = names.size > 0 || all.some(({ additionalProperties }) => additionalProperties === false);
  const opening = all.map(({ additionalProperties }) => additionalProperties).filter((open) => open !== undefined);
  const isOpen = !lists || opening.some((open) => open !== false);
  const others = shapeOf(opening as JsonSchema[]);
  const items = shapeOf(all.flatMap(itemsIn));
  const named = new Map(
    [...names].map((name) => [name, shapeOf(all.flatMap((side) => propertyIn(side, name)))] as const),
  );
  const saysNothing = isOpen && others === undefined && items === undefined;
  return saysNothing && [...named.values()].every((shape) => shape === undefined)
    ? undefined
    : { named, isOpen, others, items };
}

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

function pruned(value: Json, shape: PropertyShape, path: string, told: (path: string) => void): Json {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const { items } = shape;
    return items === undefined ? value : prunedItems(value, items, path, told);
  }
  const object = value as JsonObject;
  let kept: [string, Json][] | undefined;
  const names = Object.keys(object);
  for (let at = 0; at < names.length; at++) {
    const name = names[at] as string;
    const member = object[name] as Json;
    const below = shape.named.get(name);
    const isPlanned = below !== undefined || shape.isOpen || shape.named.has(name);
    const inner = below ?? (shape.named.has(name) ? undefined : shape.others);
    if (!isPlanned) told(path + name);
    const left = isPlanned && inner !== undefined ? pruned(member, inner, `${path}${name}.`, told) : member;
    if (kept === undefined && (left !== member || !isPlanned)) {
      kept = names.slice(0, at).map((before) => [before, object[before] as Json]);
    }
    if (isPlanned) kept?.push([name, left]);
  }
  return kept === undefined ? value : Object.fromEntries(kept);
}

function prunedItems(list: readonly Json[], shape: PropertyShape, path: string, told: (path: string) => void): Json {
  const left = list.map((item, nth) => pruned(item, shape, `${path}${nth}.`, told));
  return left.some((item, nth) => item !== list[nth]) ? left : list;
}
