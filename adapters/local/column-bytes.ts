import { join } from "node:path";
import type { TableRead } from "#contracts/table-read.ts";
import type { LakeQuery } from "#core/kernel/ports.ts";

/** How long sizes are remembered, in ms: files come and go all the time, sizes do not change much by that. */
const REMEMBERED_MS = 60_000;

/** Of a table: the bytes of each column on each day. */
type Sizes = readonly { readonly column: string; readonly day: string; readonly bytes: number }[];

/**
 * How many bytes these columns are in the lake's files, as their footers say. It is asked with each preview, so what a
 * table's footers said is remembered for a while.
 */
export function columnBytes(
  lakeDir: string,
  lake: LakeQuery,
  clock: () => number,
): (reads: readonly TableRead[]) => Promise<number> {
  const remembered = new Map<string, { readonly at: number; readonly sizes: Promise<Sizes> }>();
  const sizesOf = (table: string): Promise<Sizes> => {
    const known = remembered.get(table);
    if (known !== undefined && clock() - known.at < REMEMBERED_MS) return known.sizes;
    const sizes = columnSizes(lakeDir, lake, table);
    remembered.set(table, { at: clock(), sizes });
    sizes.catch(() => remembered.delete(table));
    return sizes;
  };
  return async (reads) => {
    let bytes = 0;
    for (const { table, columns, from = "" } of reads) {
      for (const size of await sizesOf(table)) {
        if (columns.includes(size.column) && size.day >= from) bytes += size.bytes;
      }
    }
    return bytes;
  };
}

async function columnSizes(lakeDir: string, lake: LakeQuery, table: string): Promise<Sizes> {
  const files = join(lakeDir, table, "dt=*", "[!.]*.parquet").replaceAll("'", "''");
  const found = await lake.query(`SELECT count(*) FROM glob('${files}')`);
  // The engine takes a pattern that no file fits for a mistake.
  if (Number(found.rows[0]?.[0]) === 0) return [];
  const { rows } = await lake.query(
    `SELECT path_in_schema, regexp_extract(file_name, 'dt=([0-9-]+)[/\\\\]', 1) AS day, sum(total_compressed_size)
     FROM parquet_metadata('${files}') GROUP BY path_in_schema, day`,
  );
  return rows.map(([column, day, bytes]) => ({ column: column as string, day: day as string, bytes: Number(bytes) }));
}
