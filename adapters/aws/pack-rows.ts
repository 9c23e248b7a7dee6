import type { LakeTable } from "#contracts/lake.ts";
import { LAKE_KEYS } from "#contracts/lake-keys.ts";

/** What Firehose takes: a record of at most 1,000 KiB; at most 500 records and 4 MiB in a call. */
const RECORD_BYTES = 1_000 * 1024;
const CALL_BYTES = 4 * 1024 * 1024;
const CALL_RECORDS = 500;

/**
 * Rows of a table as lines of JSON in as few records as can be. Firehose bills each record rounded up to 5 KB, and reads many
 * objects out of one: packing is what makes it cheap.
 */
export function packRows(table: LakeTable, rows: readonly object[], limit = RECORD_BYTES): readonly Buffer[] {
  const keys = LAKE_KEYS[table] ?? {};
  const records: Buffer[] = [];
  let lines: string[] = [];
  let bytes = 0;
  const close = (): void => {
    if (lines.length > 0) records.push(Buffer.from(lines.join("")));
    lines = [];
    bytes = 0;
  };
  for (const row of rows) {
    const line = `${JSON.stringify(said(row, keys))}\n`;
    const size = Buffer.byteLength(line);
    if (size > limit) throw new Error(`a row of ${size} bytes is more than one record holds`);
    if (bytes + size > limit) close();
    lines.push(line);
    bytes += size;
  }
  close();
  return records;
}

/** The day is not a column of the files: Firehose makes the folder of it, by its own clock. */
const PARTITION = "dt";

/** A column that a line does not name is null: saying so in every line would be most of the line. */
function said(row: object, keys: Readonly<Record<string, string>>): object {
  const members: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) {
    if (value !== null && name !== PARTITION) members[keys[name] ?? name] = value;
  }
  return members;
}

/** Records in as few calls as can be. */
export function callsOf(records: readonly Buffer[]): readonly (readonly Buffer[])[] {
  const calls: Buffer[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const record of records) {
    const isFull = bytes + record.byteLength > CALL_BYTES || (calls.at(-1)?.length ?? 0) >= CALL_RECORDS;
    if (isFull) {
      calls.push([]);
      bytes = 0;
    }
    calls.at(-1)?.push(record);
    bytes += record.byteLength;
  }
  return calls;
}
