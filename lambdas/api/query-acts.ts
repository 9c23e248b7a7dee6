import type { QUERY_ROUTES } from "#contracts/http/queries.ts";
import type { Json } from "#core/kernel/json.ts";
import { LakeQueryError } from "#core/kernel/ports.ts";
import { rejection } from "#core/kernel/rejection.ts";
import type { Acts } from "./act.ts";

type Cell = Json extends infer J ? J : never;

export const queryActs: Acts<typeof QUERY_ROUTES> = {
  runQuery: async (ports, { body }) => {
    try {
      const { columns, rows } = await ports.analyst.query(body.sql);
      return { columns: [...columns], rows: rows.map((row) => [...row]) as Cell[][] as never };
    } catch (error) {
      if (error instanceof LakeQueryError) return rejection("sql.refused", error.message);
      throw error;
    }
  },
};
