import type { EpochMs } from "#core/kernel/time.ts";

/**
 * Values as SQL literals that DuckDB and Trino read alike. In both a quote within a text is doubled and nothing else
 * is special: no backslash, no comment, no Unicode escape. What a validated condition cannot hold is refused.
 */
export function textLiteral(value: string): string {
  if (!value.isWellFormed() || value.includes("\0")) throw new Error("text with NUL or lone surrogates has no literal");
  return `'${value.replaceAll("'", "''")}'`;
}

/** A double, in the notation that makes it one: a number without exponent would be a decimal. */
export function doubleLiteral(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`${value} has no literal`);
  const text = String(value === 0 ? 0 : value);
  return text.includes("e") ? text.replace("e+", "e") : `${text}e0`;
}

/** A whole number of any size up to 38 digits. */
export function wholeLiteral(value: bigint): string {
  const text = String(value);
  if (text.length > 38) throw new Error(`${text} has no literal: it has more than 38 digits`);
  return `CAST('${text}' AS DECIMAL(38, 0))`;
}

/** An instant as a UTC timestamp without zone, which is what the lake's columns hold. */
export function timestampLiteral(at: EpochMs): string {
  const iso = new Date(at).toISOString();
  if (iso.length !== 24) throw new Error(`${iso} has no literal: its year has no four digits`);
  return `TIMESTAMP '${iso.slice(0, 10)} ${iso.slice(11, 23)}'`;
}

const SECOND_MS = 1_000;
const DAY_MS = 86_400 * SECOND_MS;

/** A length of time in ms, as so many days of 24 hours and seconds, the fraction of them included. */
export function intervalLiteral(ms: number): string {
  if (!Number.isSafeInteger(ms) || ms < 0) throw new Error(`${ms} ms have no literal`);
  return ms % DAY_MS === 0 ? `INTERVAL '${ms / DAY_MS}' DAY` : `INTERVAL '${ms / SECOND_MS}' SECOND`;
}
