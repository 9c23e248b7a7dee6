import jsonata from "jsonata";
import { isJsonObject, type Json, type JsonObject } from "#core/kernel/json.ts";
import { type Rejection, rejection } from "#core/kernel/rejection.ts";
import { columnsRead, compileExpression, type Quick } from "./compile-expression.ts";

/** One expression of a mapping, ready to be asked. */
export interface Expression {
  readonly text: string;
  /** Where in the mapping it stands: `rows.0.properties.revenue`. */
  readonly path: string;
  /** The same as a plain function, where the expression is simple enough: it may still give up on a row. */
  readonly quick: Quick | undefined;
  /** The top-level columns that a compiled expression reads. Of an interpreted one nothing is known. */
  readonly columns: readonly string[];
  readonly interpreted: jsonata.Expression;
}

/** Time in ms, depth and sequence length that one evaluation may take: what no honest mapping of a row comes near. */
const BOUNDS = { timeout: 1_000, stack: 200, sequence: 100_000 };

/** Functions that answer differently each time: a repeated import would make other events. `$eval` could hide them. */
const UNSTEADY = new Set(["now", "millis", "random", "shuffle", "eval"]);

export function readExpression(text: string, path: string): Expression | Rejection<"import.bad_mapping"> {
  const refuse = (why: string) => rejection("import.bad_mapping", `${path}: \`${text}\`: ${why}`);
  let interpreted: jsonata.Expression;
  try {
    interpreted = jsonata(text, BOUNDS);
  } catch (error) {
    const hint = /^[\p{L}\p{N} _-]+$/u.test(text) ? ` To say this very text, write '"${text}"'.` : "";
    return refuse(`${reasonOf(error)}.${hint}`);
  }
  const ast: unknown = interpreted.ast();
  const unsteady = variablesIn(ast).find((name) => UNSTEADY.has(name));
  if (unsteady !== undefined)
    return refuse(`$${unsteady} is not the same each time, so a repeated import would differ.`);
  const quick = compileExpression(ast);
  return { text, path, quick, columns: quick === undefined ? [] : columnsRead(ast), interpreted };
}

/** What JSONata says was wrong, in its words. It throws plain objects, not Errors. */
export function reasonOf(error: unknown): string {
  const { message, code } =
    isJsonObject(error) || error instanceof Error ? (error as Partial<jsonata.JsonataError>) : {};
  return (message ?? code ?? String(error)).replace(/\.$/, "");
}

function variablesIn(node: unknown): readonly string[] {
  if (typeof node !== "object" || node === null) return [];
  const { type, value } = node as { type?: unknown; value?: unknown };
  const own = type === "variable" && typeof value === "string" ? [value] : [];
  return [...own, ...Object.values(node).flatMap(variablesIn)];
}

export const NOT_JSON = Symbol("not JSON");

/** What the interpreter answered as plain JSON: it marks arrays and hands out functions, which are none. */
export function plainJson(value: unknown): Json | undefined | typeof NOT_JSON {
  if (value === undefined) return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? value : NOT_JSON;
  if (typeof value === "string" || typeof value === "boolean" || value === null) return value;
  if (typeof value !== "object" || Object.hasOwn(value, "_jsonata_lambda")) return NOT_JSON;
  if (Object.hasOwn(value, "_jsonata_function")) return NOT_JSON;
  const text = JSON.stringify(value);
  return JSON.parse(text) as Json;
}

/** What an expression sees beside the row: `$row`, its number in the file, from 1. */
export const bindingsOf = (rowNumber: number): JsonObject => ({ row: rowNumber });
