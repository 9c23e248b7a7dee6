import type { Json } from "#core/kernel/json.ts";
import type { QueryResult } from "#core/kernel/ports.ts";
import { type EpochMs, isoTime } from "#core/kernel/time.ts";

/**
 * SQL that Athena and DuckDB read alike. Neither knows an escape inside a text but the doubled quote; a NUL, at which
 * a reader of C strings would stop, is spelt.
 */
export function sqlText(value: string): string {
  const quoted = (part: string): string => `'${part.replaceAll("'", "''")}'`;
  const parts = value.split("\0").map(quoted);
  return parts.length === 1 ? quoted(value) : `concat(${parts.join(", chr(0), ")})`;
}

export const sqlTime = (at: EpochMs): string => `TIMESTAMP '${isoTime(at).replace("T", " ").replace("Z", "")}'`;

export const sqlAll = (conditions: readonly (string | undefined)[]): string => {
  const asked = conditions.filter((condition) => condition !== undefined);
  return asked.length === 0 ? "TRUE" : asked.map((condition) => `(${condition})`).join(" AND ");
};

export const sqlEquals = (column: string, value: string | undefined): string | undefined =>
  value === undefined ? undefined : `${column} = ${sqlText(value)}`;

export type Row = Readonly<Record<string, Json>>;

/** Rows by column name. */
export const rowsOf = (result: QueryResult): readonly Row[] =>
  result.rows.map((row) => Object.fromEntries(result.columns.map(({ name }, at) => [name, row[at] ?? null])));

/** JSON text of the lake, read; `{}` where there is none. */
export const jsonOf = (value: Json | undefined): Json =>
  typeof value === "string" && value !== "" ? (JSON.parse(value) as Json) : {};

export const textOf = (value: Json | undefined): string =>
  typeof value === "string" ? value : JSON.stringify(value ?? "");

export const textOrNull = (value: Json | undefined): string | null =>
  value === null || value === undefined ? null : textOf(value);

/** Counts come as numbers, or as text where a number could not hold them. */
export const countOf = (value: Json | undefined): number => Number(value ?? 0);

/** A lake time on its way out, whatever precision the engine wrote it with. */
export const timeOf = (value: Json | undefined): string => isoTime(Date.parse(textOf(value)));
