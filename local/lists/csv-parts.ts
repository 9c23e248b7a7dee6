/** What one request holds, in UTF-16 units: within its limit in bytes whatever the letters, and quotes escaped. */
const PART = 1_500_000;
/** A line holds at most a few identifiers; a request at most 200,000. */
const LINES = 40_000;

/**
 * A CSV text in parts that each begin with its header. It is cut at line breaks outside of quotes only: a quoted cell
 * may hold some.
 */
export function csvParts(csv: string, part = PART, lines = LINES): readonly string[] {
  const headerEnd = lineEnd(csv, 0);
  const header = csv.slice(0, headerEnd);
  const parts: string[] = [];
  let [begin, counted] = [headerEnd, 0];
  for (let at = headerEnd; at < csv.length; ) {
    const end = lineEnd(csv, at);
    if (at > begin && (end - begin > part || counted >= lines)) {
      parts.push(header + csv.slice(begin, at));
      [begin, counted] = [at, 0];
    }
    at = end;
    counted++;
  }
  return begin < csv.length || parts.length === 0 ? [...parts, header + csv.slice(begin)] : parts;
}

/** Where the line that begins at `from` ends, its break included. A quote that is never closed ends with its line. */
function lineEnd(csv: string, from: number): number {
  let isQuoted = false;
  for (let at = from; at < csv.length; at++) {
    if (csv[at] === '"') isQuoted = !isQuoted;
    if (csv[at] === "\n" && !isQuoted) return at + 1;
  }
  const newline = isQuoted ? csv.indexOf("\n", from) : -1;
  return newline < 0 ? csv.length : newline + 1;
}
