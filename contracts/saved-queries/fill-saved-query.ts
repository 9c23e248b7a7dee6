import { type Rejection, rejection } from "#core/kernel/rejection.ts";
import { DAY, isoDay, parseTime } from "#core/kernel/time.ts";
import type { QueryParameter, SavedQuery } from "./saved-query.ts";

const MAX_TEXT = 200;

/**
 * The SQL of a saved query with its parameters filled in: what is given, and the defaults for the rest. Every value
 * becomes a literal of its kind, so none can be read as anything else.
 */
export function fillSavedQuery(
  { sql, parameters }: SavedQuery,
  given: Readonly<Record<string, string>> = {},
): string | Rejection<"query.bad_parameter"> {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(parameters, name));
  if (unknown !== undefined) return refused(unknown, `there is no such parameter; ${listOf(parameters)}`);
  const literals = new Map<string, string>();
  for (const [name, parameter] of Object.entries(parameters)) {
    const problem = write(literals, name, parameter, Object.hasOwn(given, name) ? given[name] : undefined);
    if (problem !== undefined) return refused(name, problem);
  }
  return sql.trim().replace(/\{(\w+(?:\.\w+)?)\}/g, (_, place: string) => literals.get(place) ?? misspelt(place));
}

const refused = (name: string, why: string): Rejection<"query.bad_parameter"> =>
  rejection("query.bad_parameter", `${name}: ${why}`);

const listOf = (parameters: SavedQuery["parameters"]): string => {
  const names = Object.keys(parameters);
  return names.length === 0 ? "this query has none" : `this query has ${names.join(", ")}`;
};

function misspelt(place: string): never {
  throw new Error(`a saved query names the parameter ${place}, which it does not have`);
}

/** Writes the literal, or answers what is wrong with the value. */
function write(
  literals: Map<string, string>,
  name: string,
  parameter: QueryParameter,
  text: string | undefined,
): string | undefined {
  switch (parameter.kind) {
    case "day":
      return writeDay(literals, name, text, parameter.daysFromToday);
    case "text":
      if (text !== undefined && (text.length > MAX_TEXT || text.includes("\0"))) {
        return `a text of at most ${MAX_TEXT} characters is expected`;
      }
      literals.set(name, `'${(text ?? parameter.default).replaceAll("'", "''")}'`);
      return undefined;
    case "number": {
      const { least, most } = parameter;
      const value = text === undefined ? parameter.default : /^-?\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
      if (!(value >= least && value <= most)) return `a whole number from ${least} to ${most} is expected`;
      literals.set(name, String(value));
      return undefined;
    }
    case "choice":
      if (text !== undefined && !parameter.of.includes(text)) return `one of ${parameter.of.join(", ")} is expected`;
      literals.set(name, text ?? parameter.default);
      return undefined;
  }
}

function writeDay(literals: Map<string, string>, name: string, text: string | undefined, days: number) {
  if (text === undefined) {
    literals.set(name, dayFromToday(days));
    literals.set(`${name}.text`, `CAST(${dayFromToday(days)} AS VARCHAR)`);
    literals.set(`${name}.dt`, `CAST(${dayFromToday(days - 1)} AS VARCHAR)`);
    return undefined;
  }
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? parseTime(text) : undefined;
  // A day that no month has becomes another on the way.
  if (at === undefined || isoDay(at) !== text) return "a day is expected, such as 2026-11-02";
  literals.set(name, `DATE '${text}'`);
  literals.set(`${name}.text`, `'${text}'`);
  literals.set(`${name}.dt`, `'${isoDay(at - DAY)}'`);
  return undefined;
}

const dayFromToday = (days: number): string => {
  const sign = days < 0 ? "-" : "+";
  return `CAST(current_date ${sign} INTERVAL '${Math.abs(days)}' DAY AS DATE)`;
};
