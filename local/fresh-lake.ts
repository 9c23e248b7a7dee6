import type { QueryResult } from "#core/kernel/ports.ts";
import type { Processing } from "./processing.ts";

interface Query {
  query(sql: string): Promise<QueryResult>;
}

/** A lake that answers with everything that came in before it was asked: what was just sent can be asked for at once. */
export const freshLake = (lake: Query, processing: Processing): Query => ({
  query: async (sql) => {
    await processing.settle();
    return lake.query(sql);
  },
});
