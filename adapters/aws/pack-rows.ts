/** What Firehose takes: a record of at most 1,000 KiB; at most 500 records and 4 MiB in a call. */
const RECORD_BYTES = 1_000 * 1024;
const CALL_BYTES = 4 * 1024 * 1024;
const CALL_RECORDS = 500;

/**
 * Rows as lines of JSON in as few records as can be. Firehose bills each record rounded up to 5 KB, and reads many
 * objects out of one: packing is what makes it cheap.
 */
export function packRows(rows: readonly object[], limit = RECORD_BYTES): readonly Buffer[] {
  const records: Buffer[] = [];
  let lines: string[] = [];
  let bytes = 0;
  const close = (): void => {
    if (lines.length > 0) records.push(Buffer.from(lines.join("")));
    lines = [];
    bytes = 0;
  };
  for (const row of rows) {
    const line = `${JSON.stringify(withoutNulls(row))}\n`;
    const size = Buffer.byteLength(line);
    if (size > limit) throw new Error(`a row of ${size} bytes is more than one record holds`);
    if (bytes + size > limit) close();
    lines.push(line);
    bytes += size;
  }
  close();
  return records;
}

/** A column that a line does not name is null: saying so in every line would be most of the line. */
function withoutNulls(row: object): object {
  const said: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) if (value !== null) said[name] = value;
  return said;
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
