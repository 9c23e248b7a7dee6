import type { AnalystQuery, LakeQuery } from "#core/kernel/ports.ts";
import type { Processing } from "./processing.ts";

/** A lake that answers with everything that came in before it was asked: what was just sent can be asked for at once. */
export const freshLake = (lake: LakeQuery, processing: Processing): LakeQuery => ({
  query: async (sql, limits) => {
    await processing.settle();
    return lake.query(sql, limits);
  },
});

/** The same for analysts. Further pages are of the answer there was. */
export const freshAnalyst = (analyst: AnalystQuery, processing: Processing): AnalystQuery => ({
  query: async (sql, limits) => {
    await processing.settle();
    return analyst.query(sql, limits);
  },
  next: (cursor, page) => analyst.next(cursor, page),
});
