import type { QUERY_ROUTES } from "#contracts/http/queries.ts";
import { LakeQueryError } from "#core/kernel/ports.ts";
import { rejection } from "#core/kernel/rejection.ts";
import type { Acts } from "./act.ts";

/** Lambda answers at most 6 MB, and quotes within the answer are escaped once more on the way. */
const MAX_ANSWER_CHARACTERS = 4_000_000;

export const queryActs: Acts<typeof QUERY_ROUTES> = {
  runQuery: async (ports, { body }) => {
    try {
      const { columns, rows } = await ports.analyst.query(body.sql);
      let left = MAX_ANSWER_CHARACTERS;
      for (const row of rows) left -= JSON.stringify(row).length;
      return left < 0 ? tooMuch(rows.length) : { columns, rows };
    } catch (error) {
      if (error instanceof LakeQueryError) return rejection("sql.refused", error.message);
      throw error;
    }
  },
};

const tooMuch = (rows: number) =>
  rejection("sql.too_much", `the answer's ${rows} rows are too large to send; ask for fewer, with LIMIT, or columns`);
