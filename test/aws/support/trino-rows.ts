import type { Json } from "#core/kernel/json.ts";
import type { QueryResult } from "#core/kernel/ports.ts";
import type { TrinoRows } from "./trino-client.ts";

/**
 * What Trino sends, in the words in which the embedded runtime answers (`adapters/local/lake-query-values.ts`): times as
 * ISO 8601 in UTC, decimals of up to fifteen digits as numbers, rows and maps as objects. Nothing else is changed.
 */
export function comparable({ columns, rows }: TrinoRows): QueryResult {
  return {
    columns: columns.map(({ name, type }) => ({ name, type })),
    rows: rows.map((row) => row.map((value, at) => inJson(value, columns[at]?.type ?? ""))),
  };
}

function inJson(value: unknown, type: string): Json {
  if (value === null) return null;
  if (/^timestamp\(\d+\)$/.test(type)) return isoOf(`${value}`);
  if (/^timestamp\(\d+\) with time zone$/.test(type)) return zoned(`${value}`);
  if (type.startsWith("decimal")) return decimal(String(value));
  const item = /^array\((.*)\)$/.exec(type)?.[1];
  if (item !== undefined) return (value as readonly unknown[]).map((each) => inJson(each, item));
  return value as Json;
}

/** `2026-03-30 09:30:00.500` as `2026-03-30T09:30:00.500Z`; digits past the third only where they say something. */
function isoOf(text: string): string {
  const [whole = "", fraction = ""] = text.split(".");
  const rest = fraction.slice(3).replace(/0+$/, "");
  return `${whole.replace(" ", "T")}.${fraction.slice(0, 3).padEnd(3, "0")}${rest}Z`;
}

/** `2026-03-30 09:30:00.500 +02:00`, in UTC; a zone with a name has no one offset, and stays as it is told. */
function zoned(text: string): string {
  const [, local = "", zone = ""] = /^(\S+ \S+) (\S+)$/.exec(text) ?? [];
  if (zone === "UTC") return isoOf(local);
  const at = Date.parse(`${local.replace(" ", "T")}${zone}`);
  return Number.isNaN(at) ? text : new Date(at).toISOString();
}

const decimal = (text: string): Json =>
  text.replaceAll(/[-.]/g, "").replace(/^0+/, "").length <= 15 ? Number(text) : text;

/**
 * Rows that may be compared as sets: in the order of their text. Doubles are held to twelve digits, because engines add
 * them up in other orders.
 */
export function asSet({ rows }: QueryResult): readonly string[] {
  return rows.map((row) => JSON.stringify(row.map(held))).sort();
}

export function held(value: Json): Json {
  if (typeof value === "number") return Number.isInteger(value) ? value : Number(value.toPrecision(12));
  if (Array.isArray(value)) return value.map(held);
  return value;
}
