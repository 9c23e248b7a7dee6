import { isJsonObject, type Json, type JsonObject } from "#core/kernel/json.ts";
import { isoTime, parseTime } from "#core/kernel/time.ts";
import { changeAt, valuesAt } from "./change-at.ts";
import { type RecoveryRule, starredHead } from "./rule.ts";

/** What was sent, mended by the rules in their order; the very same value where none of them applies. */
export const applyRules = (sent: Json, rules: readonly RecoveryRule[]): Json =>
  rules.reduce((mended, rule) => (isMeant(mended, rule) ? applyRule(mended, rule) : mended), sent);

function isMeant(sent: Json, { where }: RecoveryRule): boolean {
  return where === undefined || valuesAt(sent, stepsOf(where.path)).some((value) => isSame(value, where.equals));
}

function applyRule(sent: Json, rule: RecoveryRule): Json {
  switch (rule.do) {
    case "rename":
      return rename(sent, rule.from, rule.to);
    case "cast":
      return changeAt(sent, stepsOf(rule.path), (there) => (there === undefined ? there : cast(there, rule.to)));
    case "drop":
      return changeAt(sent, stepsOf(rule.path), () => undefined);
    case "set":
      return set(sent, rule);
  }
}

const stepsOf = (path: string): readonly string[] => path.split(".");

function set(sent: Json, { path, value, ifAbsent }: RecoveryRule & { readonly do: "set" }): Json {
  const put = (there: Json | undefined): Json => {
    const stays = there !== undefined && ((ifAbsent && there !== null) || isSame(there, value));
    return stays ? there : value;
  };
  return changeAt(sent, stepsOf(path), put, true);
}

/** Up to the last `*` both paths are one, so that every item keeps what is its own. */
function rename(sent: Json, from: string, to: string): Json {
  const head = starredHead(from);
  if (head === "") return move(sent, stepsOf(from), stepsOf(to));
  const within = (path: string): readonly string[] => stepsOf(path.slice(head.length + 1));
  return changeAt(sent, stepsOf(head), (item) => (item === undefined ? item : move(item, within(from), within(to))));
}

function move(value: Json, from: readonly string[], to: readonly string[]): Json {
  const [moved] = valuesAt(value, from);
  if (moved === undefined || valuesAt(value, to).length > 0) return value;
  const placed = changeAt(value, to, () => moved, true);
  const removed = changeAt(placed, from, () => undefined);
  // Where it cannot be put, or cannot be taken away (a list keeps its length), it stays as it is.
  return placed === value || removed === placed ? value : removed;
}

type Castable = (RecoveryRule & { readonly do: "cast" })["to"];

/** The value read as another type; itself where it cannot be. */
function cast(value: Json, to: Castable): Json {
  switch (to) {
    case "string":
      return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
    case "number":
      return (typeof value === "string" ? numberIn(value) : undefined) ?? value;
    case "boolean":
      return BOOLEANS.get(typeof value === "string" ? value.trim().toLowerCase() : value) ?? value;
    case "time":
      return timeIn(value) ?? value;
  }
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;

function numberIn(text: string): number | undefined {
  const trimmed = text.trim();
  const number = NUMBER.test(trimmed) ? Number(trimmed) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}

const BOOLEANS: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  ...["true", "yes", "1", 1].map((said) => [said, true] as const),
  ...["false", "no", "0", 0].map((said) => [said, false] as const),
]);

/** Milliseconds since 1970, also where they are written as text, or what else is read as a time everywhere here. */
function timeIn(value: Json): string | undefined {
  const time = parseTime(typeof value === "string" && /^\d{12,14}$/.test(value) ? Number(value) : value);
  return time === undefined ? undefined : isoTime(time);
}

/** Goes no deeper than the rule's own value, which is small. */
function isSame(value: Json | undefined, wanted: Json): boolean {
  if (isJsonObject(wanted)) return isJsonObject(value) && isSameObject(value, wanted);
  if (!Array.isArray(wanted)) return value === wanted;
  return Array.isArray(value) && value.length === wanted.length && wanted.every((item, at) => isSame(value[at], item));
}

function isSameObject(value: JsonObject, wanted: JsonObject): boolean {
  const names = Object.keys(wanted);
  return (
    Object.keys(value).length === names.length &&
    names.every((name) => Object.hasOwn(value, name) && isSame(value[name], wanted[name] as Json))
  );
}
