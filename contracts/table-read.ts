import type { LakeTable } from "./lake.ts";

/** What a query reads of a table of the lake: these columns, on the days of receipt from `from` on, or on all. */
export interface TableRead {
  readonly table: LakeTable;
  readonly columns: readonly string[];
  readonly from?: string;
}
