import type { LakeWriter } from "#core/kernel/ports.ts";

/** Keeps every row by table, in the order in which they came. */
export interface MemoryLakeWriter<Rows> extends LakeWriter<Rows> {
  rowsOf<Table extends keyof Rows & string>(table: Table): readonly Rows[Table][];
}

export function memoryLakeWriter<Rows>(): MemoryLakeWriter<Rows> {
  const tables = new Map<keyof Rows, unknown[]>();
  return {
    append: async (table, rows) => {
      tables.set(table, [...(tables.get(table) ?? []), ...rows]);
    },
    rowsOf: <Table extends keyof Rows & string>(table: Table) => (tables.get(table) ?? []) as Rows[Table][],
  };
}
