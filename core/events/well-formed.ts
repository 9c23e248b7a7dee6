import type { Json } from "#core/kernel/json.ts";

/**
 * A value whose text is all Unicode: half a surrogate pair, which JSON can say and no file, table or engine can hold,
 * becomes U+FFFD. The value itself where there is nothing to mend, which is nearly always.
 */
export function wellFormed<Value extends Json>(value: Value): Value {
  return isWellFormed(value) ? value : (mended(value) as Value);
}

function isWellFormed(value: Json): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([name, part]) => name.isWellFormed() && isWellFormed(part));
}

function mended(value: Json): Json {
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(mended);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name.toWellFormed(), mended(part)]));
}
