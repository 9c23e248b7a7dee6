import type { DuckDBConnection, DuckDBResult } from "@duckdb/node-api";
import type { Json } from "#core/kernel/json.ts";
import { LakeQueryError, type QueryResult } from "#core/kernel/ports.ts";
import { lakeValue, typeWord } from "./lake-query-values.ts";

export interface RowLimits {
  readonly timeMs?: number;
  readonly rows?: number;
  readonly characters?: number;
}

/** Runs a statement and reads its rows as they come, up to the limits: what lies beyond them is never computed in vain. */
export async function readRows(connection: DuckDBConnection, sql: string, limits: RowLimits): Promise<QueryResult> {
  let late = false;
  const timer =
    limits.timeMs === undefined
      ? undefined
      : setTimeout(() => {
          late = true;
          connection.interrupt();
        }, limits.timeMs);
  try {
    return await collect(await connection.stream(sql), limits, () => late);
  } catch (error) {
    if (!late) throw error;
    throw new LakeQueryError(`the statement was stopped: it took longer than ${limits.timeMs} ms`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

async function collect(result: DuckDBResult, limits: RowLimits, isLate: () => boolean): Promise<QueryResult> {
  const types = result.columnTypes();
  const columns = result.columnNames().map((name, at) => ({ name, type: typeWord(String(types[at])) }));
  const rows: Json[][] = [];
  let characters = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return { columns, rows };
    if (isLate()) throw new Error("interrupted");
    for (const values of chunk.getRows()) {
      const row = values.map(lakeValue);
      characters += row.reduce<number>((total, value) => total + sizeOf(value), 0);
      const full = rows.length >= (limits.rows ?? Number.POSITIVE_INFINITY);
      if (full || characters > (limits.characters ?? Number.POSITIVE_INFINITY))
        return { columns, rows, truncated: true };
      rows.push(row);
    }
  }
}

const sizeOf = (value: Json): number => {
  if (typeof value === "string") return value.length;
  return typeof value === "object" && value !== null ? JSON.stringify(value).length : 8;
};
