export interface TextLine {
  /** From 1; empty lines count too. */
  readonly line: number;
  readonly text: string;
  /** Set where the line was longer than can be held; `text` is its beginning. */
  readonly overlong: boolean;
}

export interface LineSplitter {
  push(text: string): readonly TextLine[];
  end(): readonly TextLine[];
}

/** In UTF-16 units: far above what an event may be, and still little to hold. */
const MAX_LINE = 1_048_576;
const KEPT = 1_000;

/** Splits text that comes in pieces into the lines that are not empty. */
export function lineSplitter(): LineSplitter {
  let held = "";
  let line = 1;
  let skipping = false;
  const take = (text: string, last: boolean): readonly TextLine[] => {
    const lines: TextLine[] = [];
    const pieces = (held + text).split("\n");
    held = last ? "" : (pieces.pop() as string);
    for (const piece of pieces) {
      const content = piece.trim();
      if (!skipping && content !== "") lines.push(lineOf(line, content, content.length > MAX_LINE));
      skipping = false;
      line++;
    }
    if (held.length > MAX_LINE) {
      if (!skipping) lines.push(lineOf(line, held, true));
      skipping = true;
      held = "";
    }
    return lines;
  };
  return { push: (text) => take(text, false), end: () => take("", true) };
}

const lineOf = (line: number, text: string, overlong: boolean): TextLine => ({
  line,
  text: overlong ? text.slice(0, KEPT) : text,
  overlong,
});
