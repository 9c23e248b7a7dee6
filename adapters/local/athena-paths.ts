/** A statement whose JSON paths stand aside, because the translator garbles those with quotation marks in them. */
export interface SetAside {
  readonly sql: string;
  /** The path that `$.tributary_path_<n>` stands for, by n. */
  readonly paths: readonly string[];
}

/** Texts, quoted names and comments as Trino reads them: whatever is in one of these is no part of another. */
const LEXEMES = /'((?:[^']|'')*)'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\//g;

/** Puts every text that begins like a JSON path aside. */
export function setPathsAside(sql: string): SetAside {
  const paths: string[] = [];
  const made = sql.replaceAll(LEXEMES, (lexeme, text: string | undefined) => {
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
