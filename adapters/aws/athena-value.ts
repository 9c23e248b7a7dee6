import type { Json } from "#core/kernel/json.ts";

const NUMBERS = new Set(["tinyint", "smallint", "integer", "int", "bigint", "float", "real", "double", "decimal"]);

/**
 * Athena answers every value as text; this gives it the form that the port promises. Whole numbers too large for a
 * JSON number, and `NaN` and infinities, stay text rather than become others.
 */
export function athenaValue(text: string | undefined, type: string): Json {
  if (text === undefined) return null;
  if (type === "boolean") return text === "true";
  if (NUMBERS.has(type)) return numberIn(text);
  if (type.startsWith("timestamp")) return instantIn(text);
  return text;
}

function numberIn(text: string): Json {
  const value = Number(text);
  const isExact = Number.isFinite(value) && (!/^-?\d+$/.test(text) || Number.isSafeInteger(value));
  return isExact ? value : text;
}

/** `2026-01-31 12:00:00.000`, in UTC unless a zone follows. */
function instantIn(text: string): string {
  const [, day, time, zone = "UTC"] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)(?: (\S+))?$/.exec(text) ?? [];
  if (day === undefined || zone !== "UTC") return text;
  const [seconds = "", fraction = ""] = (time ?? "").split(".");
  return `${day}T${seconds}.${fraction.slice(0, 3).padEnd(3, "0")}Z`;
}
