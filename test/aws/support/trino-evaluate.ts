import type { Json } from "#core/kernel/json.ts";
import type { QueryResult } from "#core/kernel/ports.ts";
import { held } from "./trino-rows.ts";

interface Engine {
  query(sql: string): Promise<QueryResult>;
}

/** What an expression comes to, or that the engine does not take it. */
export type Outcome = { readonly value: Json } | { readonly refused: string };

/** The value of each expression. Asked all at once, and in halves where one of them is refused. */
export async function evaluate(engine: Engine, expressions: readonly string[]): Promise<readonly Outcome[]> {
  if (expressions.length === 0) return [];
  try {
    const named = expressions.map((expression, nth) => `${expression} AS c${nth}`);
    const [row = []] = (await engine.query(`SELECT ${named.join(",\n")}`)).rows;
    return row.map((value) => ({ value: held(value) }));
  } catch (error) {
    if (expressions.length === 1) return [{ refused: (error as Error).message }];
    const half = Math.ceil(expressions.length / 2);
    return [
      ...(await evaluate(engine, expressions.slice(0, half))),
      ...(await evaluate(engine, expressions.slice(half))),
    ];
  }
}

/** The same value, or refused by both. */
export const agree = (one: Outcome, other: Outcome): boolean =>
  "refused" in one || "refused" in other
    ? "refused" in one && "refused" in other
    : JSON.stringify(one.value) === JSON.stringify(other.value);

/** In a word or two, for a table: the value as JSON, or that it is an error. */
export const told = (outcome: Outcome): string => ("refused" in outcome ? "an error" : JSON.stringify(outcome.value));
