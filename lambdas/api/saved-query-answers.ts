import type { SavedAnswer } from "#contracts/http/queries.ts";
import { fillSavedQuery } from "#contracts/saved-queries/fill-saved-query.ts";
import { SAVED_QUERIES } from "#contracts/saved-queries/saved-queries.ts";
import type { QueryParameter, SavedQuery } from "#contracts/saved-queries/saved-query.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";

type Given = Readonly<Record<string, string>>;

const queries: Readonly<Record<string, SavedQuery>> = SAVED_QUERIES;

const named = (name: string): SavedQuery | Rejection<"query.not_found"> =>
  (Object.hasOwn(queries, name) ? queries[name] : undefined) ??
  rejection("query.not_found", `there is no saved query ${name}; there are ${Object.keys(queries).join(", ")}`);

/** The SQL of a saved query. */
export function filledQuery(name: string, given: Given = {}): string | Rejection {
  const query = named(name);
  return isRejection(query) ? query : fillSavedQuery(query, given);
}

/** A saved query as it is told. */
export function savedAnswer(name: string, given: Given = {}): SavedAnswer | Rejection {
  const query = named(name);
  if (isRejection(query)) return query;
  const sql = fillSavedQuery(query, given);
  if (isRejection(sql)) return sql;
  const parameters = Object.entries(query.parameters).map(([parameter, said]) => parameterOf(parameter, said));
  return { name, title: query.title, answers: query.answers, parameters, sql };
}

export const savedAnswers = (): SavedAnswer[] =>
  Object.keys(queries).flatMap((name) => {
    const answer = savedAnswer(name);
    return isRejection(answer) ? [] : [answer];
  });

function parameterOf(name: string, parameter: QueryParameter): SavedAnswer["parameters"][number] {
  const { kind, means } = parameter;
  switch (parameter.kind) {
    case "day":
      return { name, kind, means, default: parameter.daysFromToday };
    case "choice":
      return { name, kind, means, default: parameter.default, choices: [...parameter.of] };
    case "number":
      return { name, kind, means, default: parameter.default, least: parameter.least, most: parameter.most };
    case "text":
      return { name, kind, means, default: parameter.default };
  }
}
