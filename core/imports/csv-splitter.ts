/** What a stretch of CSV text holds: records, and lines that can be none. Lines are numbered from 1. */
export type CsvRecord =
  | { readonly kind: "record"; readonly line: number; readonly text: string; readonly cells: readonly string[] }
  | { readonly kind: "broken"; readonly line: number; readonly text: string; readonly reason: string };

/** Takes text as it comes, in pieces cut anywhere, and gives the records that are whole by then. */
export interface CsvSplitter {
  push(text: string): readonly CsvRecord[];
  /** No more text: gives what is left. */
  end(): readonly CsvRecord[];
}

/** Longer records (in UTF-16 units) are broken: an event may hold far less, and a quote left open must not eat the file. */
const MAX_RECORD = 262_144;
/** Of a line that is too long, so much is kept to recognise it by. */
const KEPT = 1_000;
const QUOTE = '"';

type Parsed =
  | { readonly kind: "record"; readonly cells: readonly string[]; readonly end: number }
  | { readonly kind: "broken"; readonly reason: string }
  | { readonly kind: "unfinished" };

/**
 * Splits RFC 4180 text, with LF or CRLF. A record that cannot be read is given up line by line: its first line is
 * broken and reading starts anew at the next, so that one bad line costs one row and not the rest of the file, which is
 * why this is not left to a library. A quote inside an unquoted cell (`5" pipe`) stands for itself. Empty lines are no
 * records.
 */
export function csvSplitter(separator: string): CsvSplitter {
  let held = "";
  let line = 1;
  let overlong = false;

  const take = (text: string, last: boolean): readonly CsvRecord[] => {
    const records: CsvRecord[] = [];
    held += text;
    let at = 0;
    while (at < held.length) {
      const newline = held.indexOf("\n", at);
      if (newline < 0 && !last && held.length - at <= MAX_RECORD) break;
      const lineEnd = newline < 0 ? held.length : newline;
      if (overlong) {
        // The rest of a line that was already given up.
        overlong = newline < 0 && !last;
        at = lineEnd + 1;
        line += newline < 0 ? 0 : 1;
        continue;
      }
      if (newline < 0 && held.length - at > MAX_RECORD) {
        records.push(broken(line, held.slice(at, at + KEPT), "a line that is too long"));
        overlong = !last;
        at = held.length;
        continue;
      }
      const content = held.slice(at, withoutReturn(held, at, lineEnd));
      const parsed = parseRecord(held, at, lineEnd, content, separator, last);
      if (parsed.kind === "unfinished") break;
      if (parsed.kind === "broken") {
        records.push(broken(line, content, parsed.reason));
        at = lineEnd + 1;
        line++;
        continue;
      }
      const text = parsed.end === lineEnd ? content : held.slice(at, withoutReturn(held, at, parsed.end));
      if (text !== "") records.push({ kind: "record", line, text, cells: parsed.cells });
      line += 1 + newlinesIn(held, lineEnd, parsed.end);
      at = parsed.end + 1;
    }
    held = held.slice(at);
    return records;
  };
  return { push: (text) => take(text, false), end: () => take("", true) };
}

const broken = (line: number, text: string, reason: string): CsvRecord => ({ kind: "broken", line, text, reason });

const withoutReturn = (text: string, start: number, end: number): number =>
  end > start && text[end - 1] === "\r" ? end - 1 : end;

function newlinesIn(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", from); at >= 0 && at < to; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

function parseRecord(
  held: string,
  start: number,
  lineEnd: number,
  content: string,
  separator: string,
  last: boolean,
): Parsed {
  if (!content.includes(QUOTE)) return { kind: "record", cells: content.split(separator), end: lineEnd };
  const cells: string[] = [];
  let at = start;
  for (;;) {
    const cell = held[at] === QUOTE ? quotedCell(held, at, last) : plainCell(held, at, separator);
    if (typeof cell === "string")
      return cell === "unfinished" ? { kind: "unfinished" } : { kind: "broken", reason: cell };
    cells.push(cell.value);
    const next = held[cell.end];
    if (next === separator) {
      at = cell.end + 1;
      continue;
    }
    const end = next === "\r" ? cell.end + 1 : cell.end;
    if (end >= held.length ? last : held[end] === "\n") return { kind: "record", cells, end };
    if (end >= held.length) return { kind: "unfinished" };
    return { kind: "broken", reason: "text after a closing quote" };
  }
}

interface Cell {
  readonly value: string;
  readonly end: number;
}

function plainCell(held: string, start: number, separator: string): Cell {
  const newline = held.indexOf("\n", start);
  const lineEnd = withoutReturn(held, start, newline < 0 ? held.length : newline);
  const next = held.indexOf(separator, start);
  const end = next < 0 || next > lineEnd ? lineEnd : next;
  return { value: held.slice(start, end), end };
}

/** The cell, or why there is none; `unfinished` where more text may bring its end. */
function quotedCell(held: string, start: number, last: boolean): Cell | string {
  let doubled = false;
  for (let from = start + 1; ; ) {
    const quote = held.indexOf(QUOTE, from);
    if ((quote < 0 ? held.length : quote) - start > MAX_RECORD)
      return "a quote that is not closed, or a cell that is too long";
    if (quote < 0) return last ? "a quote that is not closed" : "unfinished";
    // Whether a quote at the very end closes the cell or is the first of a pair, the next piece will tell.
    if (quote === held.length - 1 && !last) return "unfinished";
    if (held[quote + 1] !== QUOTE) {
      const value = held.slice(start + 1, quote);
      return { value: doubled ? value.replaceAll('""', QUOTE) : value, end: quote + 1 };
    }
    doubled = true;
    from = quote + 2;
  }
}
