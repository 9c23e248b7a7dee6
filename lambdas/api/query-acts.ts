import type { QUERY_ROUTES } from "#contracts/http/queries.ts";
import { LakeQueryError, type QueryResult } from "#core/kernel/ports.ts";
import { rejection } from "#core/kernel/rejection.ts";
import type { Acts } from "./act.ts";

/** Lambda answers at most 6 MB, and quotes within the answer are escaped once more on the way. */
const MAX_ANSWER_CHARACTERS = 4_000_000;

export const queryActs: Acts<typeof QUERY_ROUTES> = {
  runQuery: async (ports, { body }) => {
    try {
      return cutToFit(await ports.analyst.query(body.sql));
    } catch (error) {
      if (error instanceof LakeQueryError) return rejection("sql.refused", error.message);
      throw error;
    }
  },
};

/** The rows that can be sent, from the first on, marked where these are not all. */
function cutToFit({ columns, rows, truncated }: QueryResult): QueryResult {
  let left = MAX_ANSWER_CHARACTERS;
  const tooMany = rows.findIndex((row) => {
    left -= JSON.stringify(row).length;
    return left < 0;
  });
  if (tooMany >= 0) return { columns, rows: rows.slice(0, tooMany), truncated: true };
  return { columns, rows, ...(truncated ? { truncated } : {}) };
}
