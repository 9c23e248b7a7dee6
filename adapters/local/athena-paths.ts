/**
 * A statement whose JSON paths stand aside, because the translator garbles those with quotation marks in them, and whose
 * calls that it would put into words of another meaning bear names it does not know: `athena_date_add`.
 */
export interface SetAside {
  readonly sql: string;
  /** The path that `$.tributary_path_<n>` stands for, by n. */
  readonly paths: readonly string[];
}

/**
 * What the translator gets wrong, seen beside a real Trino: a negative number of days, the fields of MySQL's patterns,
 * lists made one row per item, hashes of bytes as text, and so on. `athena-prelude.ts` and `athena-rewrite.ts` know them.
 */
const KEPT =
  "array_position|date_add|date_format|date_parse|flatten|from_hex|from_utf8|md5|repeat|sha1|sha256|sha512|split|to_hex|to_iso8601|to_utf8";

/** Texts, quoted names and comments as Trino reads them: whatever is in one of these is no part of another. */
const LEXEMES = new RegExp(
  String.raw`'((?:[^']|'')*)'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|(?<![\w.])(?:${KEPT})(?=\s*\()`,
  "gi",
);

/** Puts every text that begins like a JSON path aside, and the calls that the translator is not to see. */
export function setPathsAside(sql: string): SetAside {
  const paths: string[] = [];
  const made = sql.replaceAll(LEXEMES, (lexeme, text: string | undefined) => {
    if (/^\w/.test(lexeme)) return `athena_${lexeme}`;
    if (text === undefined || !/^\$[.[]/.test(text)) return lexeme;
    paths.push(text.replaceAll("''", "'"));
    return `'$.tributary_path_${paths.length - 1}'`;
  });
  return { sql: made, paths };
}

/** The text that a constant of the translation stands for. */
export function broughtBack(text: string, paths: readonly string[]): string {
  const found = /^\$\.tributary_path_([0-9]+)$/.exec(text);
  return (found && paths[Number(found[1])]) ?? text;
}
