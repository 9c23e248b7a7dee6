import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from "@duckdb/node-api";
import type { Json } from "#core/kernel/json.ts";

/**
 * A value as JSON: timestamps as ISO 8601 in UTC (milliseconds; more digits only where there are any), dates as
 * `YYYY-MM-DD`, whole numbers and decimals as numbers where a double holds them exactly and as text where not,
 * infinities and NaN as text, lists as lists, rows and maps as objects, bytes in base64.
 */
export function lakeValue(value: DuckDBValue): Json {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof DuckDBDecimalValue) return decimal(value.toString());
  if (value instanceof DuckDBDateValue) return value.toString();
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue) return isoMicros(value.micros);
  if (value instanceof DuckDBTimestampMillisecondsValue) return isoMicros(value.millis * 1_000n);
  if (value instanceof DuckDBTimestampSecondsValue) return isoMicros(value.seconds * 1_000_000n);
  if (value instanceof DuckDBTimestampNanosecondsValue) return isoMicros(value.nanos / 1_000n);
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) return value.items.map(lakeValue);
  if (value instanceof DuckDBStructValue) return objectOf(Object.entries(value.entries));
  if (value instanceof DuckDBMapValue) {
    return objectOf(value.entries.map(({ key, value }) => [textOf(lakeValue(key)), value]));
  }
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString("base64");
  return String(value);
}

const objectOf = (entries: readonly (readonly [string, DuckDBValue])[]): Json =>
  Object.fromEntries(entries.map(([name, value]) => [name, lakeValue(value)]));

const textOf = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value));

/** Fifteen significant digits always come through a double unharmed. */
function decimal(text: string): Json {
  return text.replaceAll(/[-.]/g, "").replace(/^0+/, "").length <= 15 ? Number(text) : text;
}

function isoMicros(micros: bigint): string {
  const milliseconds = micros / 1_000n - (micros % 1_000n < 0n ? 1n : 0n);
  const rest = micros - milliseconds * 1_000n;
  const date = new Date(Number(milliseconds));
  // Beyond what JavaScript dates hold (`infinity` among them) the number itself is the least wrong answer.
  if (Number.isNaN(date.getTime())) return String(micros);
  const iso = date.toISOString();
  return rest === 0n ? iso : iso.replace("Z", `${String(rest).padStart(3, "0")}Z`);
}

/** DuckDB's name of a type in Athena's words: `varchar`, `bigint`, `double`, `timestamp`, `decimal(38, 2)`… */
export function typeWord(duckdbType: string): string {
  const known: Readonly<Record<string, string>> = {
    HUGEINT: "bigint",
    UBIGINT: "bigint",
    UINTEGER: "bigint",
    FLOAT: "real",
    BLOB: "varbinary",
    "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
    TIMESTAMP_MS: "timestamp",
    TIMESTAMP_S: "timestamp",
    TIMESTAMP_NS: "timestamp",
    '"NULL"': "unknown",
    SQLNULL: "unknown",
  };
  return known[duckdbType] ?? duckdbType.toLowerCase();
}
