/** A pattern in pieces: text to be there as it stands, any one character, or any run of characters (also none). */
export type GlobPiece = { readonly kind: "text"; readonly text: string } | { readonly kind: "one" | "run" };

/**
 * Reads the pattern of the test `matches`: `*` is any run of characters, `?` any one character (a code point),
 * a backslash takes the next character as it stands, and the whole text must match. Not a regular expression:
 * the three engines read those differently, and each can be made to hang by one.
 */
export function globPieces(pattern: string): readonly GlobPiece[] {
  const pieces: GlobPiece[] = [];
  let text = "";
  const flush = (): void => {
    if (text !== "") pieces.push({ kind: "text", text });
    text = "";
  };
  const characters = Array.from(pattern);
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] as string;
    if (character === "\\" && at + 1 < characters.length) text += characters[++at];
    else if (character === "*" || character === "?") {
      flush();
      const repeated = character === "*" && pieces.at(-1)?.kind === "run";
      if (!repeated) pieces.push({ kind: character === "*" ? "run" : "one" });
    } else text += character;
  }
  flush();
  return pieces;
}

const ANY_ONE = 0;
const ANY_RUN = 1;

/** Whether the whole text fits. Takes time in proportion to text × pattern at worst. */
export function globMatches(pieces: readonly GlobPiece[], text: string): boolean {
  const wanted = pieces.flatMap((piece): readonly (string | number)[] =>
    piece.kind === "text" ? Array.from(piece.text) : [piece.kind === "one" ? ANY_ONE : ANY_RUN],
  );
  const characters = Array.from(text);
  let [at, next] = [0, 0];
  let lastRun = -1;
  let taken = 0;
  while (at < characters.length) {
    const want = wanted[next];
    if (want === ANY_RUN) {
      lastRun = next++;
      taken = at;
    } else if (want === ANY_ONE || want === characters[at]) {
      at++;
      next++;
    } else if (lastRun >= 0) {
      // Only the last run needs to be lengthened: what stood before it fitted already.
      next = lastRun + 1;
      at = ++taken;
    } else return false;
  }
  while (wanted[next] === ANY_RUN) next++;
  return next === wanted.length;
}
