import { isJsonObject, type Json, type JsonObject } from "#core/kernel/json.ts";
import type { JsonSchema } from "./json-schema.ts";

/**
 * What a resolved schema takes, as a TypeScript type. Types say less than schemas: limits, formats and patterns have
 * no place in them, and of `not` and `if` nothing is said.
 */
export function typeText(schema: JsonSchema, indent = ""): string {
  if (schema === true) return "unknown";
  if (schema === false) return "never";
  const { allOf, anyOf, oneOf } = schema;
  const sides = [
    ownText(schema, indent),
    ...branches(allOf).map((branch) => typeText(branch, indent)),
    choiceText(branches(anyOf), indent),
    choiceText(branches(oneOf), indent),
  ];
  const said = sides.filter((side) => side !== undefined && side !== "unknown") as readonly string[];
  if (said.length === 0) return "unknown";
  return said.length === 1 ? (said[0] ?? "unknown") : said.map(inBrackets).join(" & ");
}

const branches = (value: Json | undefined): readonly JsonSchema[] =>
  Array.isArray(value) ? (value as JsonSchema[]) : [];

/** A union within an intersection or before `[]`. */
const inBrackets = (text: string): string => (/[|&]/.test(text) ? `(${text})` : text);

function choiceText(choices: readonly JsonSchema[], indent: string): string | undefined {
  return choices.length === 0 ? undefined : union(choices.map((choice) => typeText(choice, indent)));
}

const union = (texts: readonly string[]): string =>
  texts.includes("unknown") ? "unknown" : [...new Set(texts)].join(" | ");

function ownText(schema: JsonObject, indent: string): string | undefined {
  if ("const" in schema) return literal(schema.const);
  if (Array.isArray(schema.enum)) return union(schema.enum.map(literal));
  const types = schema.type === undefined ? impliedTypes(schema) : ([schema.type].flat() as readonly string[]);
  return types.length === 0 ? undefined : union(types.map((type) => plainText(type, schema, indent)));
}

const literal = (value: Json | undefined): string =>
  typeof value === "object" && value !== null ? "unknown" : JSON.stringify(value ?? null);

/** Who lists properties means an object, though a schema without a type takes anything else too. */
const impliedTypes = ({ properties, items }: JsonObject): readonly string[] =>
  properties !== undefined ? ["object"] : items !== undefined ? ["array"] : [];

function plainText(type: string, schema: JsonObject, indent: string): string {
  if (type === "object") return objectText(schema, indent);
  if (type === "array") return `${inBrackets(itemText(schema, indent))}[]`;
  return type === "integer" ? "number" : type;
}

function itemText({ items, prefixItems }: JsonObject, indent: string): string {
  const first = branches(prefixItems).map((item) => typeText(item, indent));
  const rest = items === undefined ? "unknown" : typeText(items as JsonSchema, indent);
  return first.length === 0 ? rest : union([...first, ...(rest === "never" ? [] : [rest])]);
}

/** An object type, its members further in than `indent`. */
export function objectText({ properties, required, additionalProperties }: JsonObject, indent: string): string {
  const inner = `${indent}  `;
  const needed = new Set((required ?? []) as readonly string[]);
  const named = isJsonObject(properties) ? Object.entries(properties) : [];
  const members = named.map(([name, schema]) => memberText(name, schema as JsonSchema, needed.has(name), inner));
  const isOpen = named.length === 0 ? additionalProperties !== false : additionalProperties === true;
  const others =
    isJsonObject(additionalProperties) && named.length === 0 ? typeText(additionalProperties, inner) : "unknown";
  if (isOpen || isJsonObject(additionalProperties)) members.push(`${inner}[name: string]: ${others};`);
  return members.length === 0 ? "Record<string, never>" : `{\n${members.join("\n")}\n${indent}}`;
}

function memberText(name: string, schema: JsonSchema, isNeeded: boolean, indent: string): string {
  const said =
    isJsonObject(schema) && typeof schema.description === "string" ? comment(schema.description, indent) : "";
  return `${said}${indent}${memberName(name)}${isNeeded ? "" : "?"}: ${typeText(schema, indent)};`;
}

const memberName = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

/** A comment of one line, or nothing where there is nothing to say. */
export const comment = (text: string | undefined, indent: string): string =>
  text === undefined || text.trim() === ""
    ? ""
    : `${indent}/** ${text.trim().replaceAll(/\s+/g, " ").replaceAll("*/", "*\\/")} */\n`;
