import type { AnalystQuery, LakeQuery } from "#core/kernel/ports.ts";
import type { Processing } from "./processing.ts";

/** A lake that answers with everything that came in before it was asked: what was just sent can be asked for at once. */
export const freshLake = (lake: LakeQuery, processing: Processing): LakeQuery => ({
  query: async (sql) => {
    await processing.settle();
    return lake.query(sql);
  },
});

/** The same for analysts. Further pages are of the answer there was. */
export const freshAnalyst = (analyst: AnalystQuery, processing: Processing): AnalystQuery => ({
  query: async (sql, page) => {
    await processing.settle();
    return analyst.query(sql, page);
  },
  next: (cursor, page) => analyst.next(cursor, page),
});
