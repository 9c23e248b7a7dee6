import type { LakeWriter } from "#core/kernel/ports.ts";

/** Keeps every row by table, in the order in which they came. */
export interface MemoryLakeWriter<Rows> extends LakeWriter<Rows> {
  rowsOf<Table extends keyof Rows & string>(table: Table): readonly Rows[Table][];
}

export function memoryLakeWriter<Rows>(): MemoryLakeWriter<Rows> {
  const tables: { [Table in keyof Rows]?: Rows[Table][] } = {};
  return {
    append: async (table, rows) => {
      tables[table] = [...(tables[table] ?? []), ...rows];
    },
    rowsOf: (table) => tables[table] ?? [],
  };
}
