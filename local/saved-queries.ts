import { fillSavedQuery } from "#contracts/saved-queries/fill-saved-query.ts";
import { SAVED_QUERIES } from "#contracts/saved-queries/saved-queries.ts";
import type { QueryParameter, SavedQuery } from "#contracts/saved-queries/saved-query.ts";
import { type Rejection, rejection } from "#core/kernel/rejection.ts";

const queries: Readonly<Record<string, SavedQuery>> = SAVED_QUERIES;

/** The SQL of a saved query, told `name=value` each. */
export function savedSql(name: string, told: readonly string[]): string | Rejection {
  const query = Object.hasOwn(queries, name) ? queries[name] : undefined;
  if (query === undefined) {
    return rejection("query.not_found", `there is no saved query ${name}; see npm run local -- sql --list`);
  }
  const given = told.map((text) => [text.split("=", 1)[0] ?? "", text.slice(text.indexOf("=") + 1)] as const);
  const unsaid = told.find((text) => !text.includes("="));
  if (unsaid !== undefined) return rejection("query.bad_parameter", `${unsaid}: name=value is expected after --with`);
  return fillSavedQuery(query, Object.fromEntries(given));
}

/** All of them, for people or as JSON. */
export function savedList(json: boolean): string {
  if (json)
    return `${JSON.stringify({ queries: Object.entries(queries).map(([name, query]) => ({ name, ...query })) })}\n`;
  const entries = Object.entries(queries).map(([name, { title, answers, parameters }]) => {
    const told = Object.entries(parameters).map(([parameter, said]) => `    ${parameter}: ${inWords(said)}`);
    return [`${name}: ${title.en} / ${title.fr}`, `  ${answers.en}`, ...told].join("\n");
  });
  return `${entries.join("\n\n")}\n`;
}

function inWords(parameter: QueryParameter): string {
  const { en } = parameter.means;
  switch (parameter.kind) {
    case "day":
      return `${en} (YYYY-MM-DD; ${parameter.daysFromToday} days from today)`;
    case "choice":
      return `${en} (${parameter.of.join(", ")}; ${parameter.default})`;
    case "number":
      return `${en} (${parameter.least} to ${parameter.most}; ${parameter.default})`;
    case "text":
      return `${en} (${parameter.default})`;
  }
}
