import { join } from "node:path";
import type { LakeQuery } from "#core/kernel/ports.ts";

/** How long sizes are remembered, in ms: files come and go all the time, sizes do not change much by that. */
const REMEMBERED_MS = 60_000;

/**
 * How many bytes these columns are in the lake's files, as their footers say. It is asked with each preview, so what a
 * table's footers said is remembered for a while.
 */
export function columnBytes(
  lakeDir: string,
  lake: LakeQuery,
  clock: () => number,
): (columns: Readonly<Record<string, readonly string[]>>) => Promise<number> {
  const remembered = new Map<string, { readonly at: number; readonly sizes: Promise<ReadonlyMap<string, number>> }>();
  const sizesOf = (table: string): Promise<ReadonlyMap<string, number>> => {
    const known = remembered.get(table);
    if (known !== undefined && clock() - known.at < REMEMBERED_MS) return known.sizes;
    const sizes = columnSizes(lakeDir, lake, table);
    remembered.set(table, { at: clock(), sizes });
    sizes.catch(() => remembered.delete(table));
    return sizes;
  };
  return async (columns) => {
    let bytes = 0;
    for (const [table, names] of Object.entries(columns)) {
      const sizes = await sizesOf(table);
      for (const name of names) bytes += sizes.get(name) ?? 0;
    }
    return bytes;
  };
}

async function columnSizes(lakeDir: string, lake: LakeQuery, table: string): Promise<ReadonlyMap<string, number>> {
  const files = join(lakeDir, table, "dt=*", "[!.]*.parquet").replaceAll("'", "''");
  const found = await lake.query(`SELECT count(*) FROM glob('${files}')`);
  // The engine takes a pattern that no file fits for a mistake.
  if (Number(found.rows[0]?.[0]) === 0) return new Map();
  const { rows } = await lake.query(
    `SELECT path_in_schema, sum(total_compressed_size) FROM parquet_metadata('${files}') GROUP BY path_in_schema`,
  );
  return new Map(rows.map(([name, size]) => [name as string, Number(size)]));
}
