import { LAKE_TABLES, type LakeTable } from "#contracts/lake.ts";
import { byColumns } from "#contracts/lake-keys.ts";

export interface RedrivePorts {
  readonly objects: {
    /** Keys that begin so, in text order. */
    readonly list: (prefix: string) => Promise<readonly string[]>;
    readonly read: (key: string) => Promise<string>;
    readonly remove: (keys: readonly string[]) => Promise<void>;
  };
  /** Resolves once the table's stream has taken every row. */
  readonly append: (table: LakeTable, rows: readonly object[]) => Promise<void>;
}

export interface RedriveReport {
  readonly table: LakeTable;
  /** Files under the table's errors that were put back, and are gone. */
  readonly files: number;
  /** Rows that were in them. */
  readonly rows: number;
  /** Files that were left as they are, each with why. */
  readonly left: readonly { readonly key: string; readonly why: string }[];
  /** Whether time ran out: call again for the rest. */
  readonly more: boolean;
}

interface Invocation {
  readonly getRemainingTimeInMillis: () => number;
}

/** Kept back for the file under way. */
const RESERVE_MS = 120_000;

/**
 * Puts rows that Firehose could not deliver back into their table's stream, file by file, oldest first: called by a
 * person who mended the cause, as `{"table": "events_log"}`. A file is removed once the stream has all of its rows. If
 * the call dies between the two, the next puts them back again: rows told twice change no answer, an event counts once.
 */
export const redriveHandler =
  ({ objects, append }: RedrivePorts) =>
  async (event: unknown, invocation: Invocation): Promise<RedriveReport> => {
    const table = tableIn(event);
    const left: { key: string; why: string }[] = [];
    let [files, count] = [0, 0];
    for (const key of await objects.list(`errors/${table}/`)) {
      if (invocation.getRemainingTimeInMillis() < RESERVE_MS) return { table, files, rows: count, left, more: true };
      const rows = rowsIn(await objects.read(key));
      if (typeof rows === "string") {
        left.push({ key, why: rows });
        continue;
      }
      await append(
        table,
        rows.map((row) => byColumns(table, row)),
      );
      await objects.remove([key]);
      files++;
      count += rows.length;
    }
    return { table, files, rows: count, left, more: false };
  };

function tableIn(event: unknown): LakeTable {
  const table = (event as { readonly table?: unknown } | null)?.table;
  if (typeof table === "string" && Object.hasOwn(LAKE_TABLES, table)) return table as LakeTable;
  throw new Error(`say which table's rows are to be put back, as {"table": "events_log"}; there are ${TABLES}`);
}

const TABLES = Object.keys(LAKE_TABLES).join(", ");

/** The rows of a file of errors, or why it has to be looked at by a person; then none of it is put back. */
function rowsIn(content: string): readonly object[] | string {
  const rows: object[] = [];
  for (const [nth, line] of content.split("\n").entries()) {
    if (line === "") continue;
    try {
      rows.push(...rowsOfRecord(JSON.parse(line)));
    } catch (error) {
      return `line ${nth + 1}: ${(error as Error).message}`;
    }
  }
  return rows;
}

/** A record as it was sent is in `rawData`, in base64: lines, each a row. */
function rowsOfRecord(record: { readonly rawData?: unknown } | null): readonly object[] {
  if (typeof record?.rawData !== "string") throw new Error("it has no rawData: it is not Firehose's word on a record");
  const lines = Buffer.from(record.rawData, "base64").toString("utf8").split("\n");
  return lines.filter((line) => line !== "").map(rowIn);
}

function rowIn(line: string): object {
  const row: unknown = JSON.parse(line);
  if (typeof row !== "object" || row === null || Array.isArray(row)) throw new Error("a row is no JSON object");
  return row;
}
