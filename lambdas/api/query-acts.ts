import type * as z from "zod";
import type { QUERY_ROUTES } from "#contracts/http/queries.ts";
import { LakeQueryError, type QueryPage } from "#core/kernel/ports.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import type { Acts } from "./act.ts";
import type { ApiPorts } from "./ports.ts";
import { qualityActs } from "./quality-acts.ts";
import { refusedSql } from "./refused-sql.ts";
import { filledQuery, savedAnswer, savedAnswers } from "./saved-query-answers.ts";

/** Lambda answers at most 6 MB, and quotes within the answer are escaped once more on the way. */
const MAX_ANSWER_CHARACTERS = 3_000_000;

export const queryActs: Acts<typeof QUERY_ROUTES> = {
  runQuery: async (ports, { body }) => {
    try {
      const answer = await run(ports, body);
      return isRejection(answer) ? answer : told(answer);
    } catch (error) {
      if (error instanceof LakeQueryError) return refusedSql(error);
      throw error;
    }
  },
  listSavedQueries: async () => ({ queries: savedAnswers() }),
  getSavedQuery: async (_ports, { target, query }) => savedAnswer(target, query),
  ...qualityActs,
};

const told = ({ columns, rows, truncated, next }: QueryPage): QueryPage => ({
  columns,
  rows,
  ...(truncated ? { truncated } : {}),
  ...(next === undefined ? {} : { next }),
});

type Asked = z.output<(typeof QUERY_ROUTES)["runQuery"]["body"]>;

async function run({ analyst }: ApiPorts, asked: Asked): Promise<QueryPage | Rejection> {
  const size = { rows: asked.limit, characters: MAX_ANSWER_CHARACTERS };
  if (asked.cursor !== undefined) {
    return (await analyst.next(asked.cursor, size)) ?? rejection("page.bad_cursor", FORGOTTEN);
  }
  const sql = asked.saved === undefined ? (asked.sql ?? "") : filledQuery(asked.saved, asked.parameters);
  return isRejection(sql) ? sql : analyst.query(sql, { page: size });
}

const FORGOTTEN = "the answer this cursor is of is no longer kept; ask the question again, without a cursor";
