/**
 * Text without what people leave out when they look for a name: case and marks. It is made of one table, so that SQL
 * can fold a column the very same way (`lower`, `replace` for `FOLDED_PAIRS`, `translate` for the rest).
 */
export const foldText = (text: string): string => {
  const lower = FOLDED_PAIRS.reduce((folded, [letter, as]) => folded.replaceAll(letter, as), text.toLowerCase());
  return Array.from(lower, (letter) => TABLE.get(letter) ?? letter).join("");
};

/** Letters that are folded into two. */
export const FOLDED_PAIRS: readonly (readonly [string, string])[] = [
  ["ß", "ss"],
  ["æ", "ae"],
  ["œ", "oe"],
];

/** Marks that stand by themselves behind a letter: they are left out. */
const MARKS = { from: 0x300, to: 0x36f };
/** Latin, Greek and Cyrillic letters with marks. */
const LETTERS = [
  { from: 0xc0, to: 0x24f },
  { from: 0x386, to: 0x3ce },
  { from: 0x400, to: 0x45f },
  { from: 0x1e00, to: 0x1eff },
];
/** Letters whose stroke is no mark to Unicode. */
const STROKES: readonly (readonly [string, string])[] = [
  ["ø", "o"],
  ["ł", "l"],
  ["đ", "d"],
  ["ħ", "h"],
  ["ı", "i"],
];

const range = ({ from, to }: { readonly from: number; readonly to: number }): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => String.fromCodePoint(from + at));

const TABLE: ReadonlyMap<string, string> = new Map([
  ...LETTERS.flatMap(range)
    .filter((letter) => letter === letter.toLowerCase())
    .map((letter) => [letter, letter.normalize("NFD").replace(/\p{M}/gu, "")] as const)
    .filter(([letter, plain]) => plain !== letter && plain.length === 1),
  ...STROKES,
  ...range(MARKS).map((mark) => [mark, ""] as const),
]);

/** For `translate(text, from, to)`: letters of `from` become those of `to` at the same place, or nothing. */
export const FOLD_TRANSLATION: { readonly from: string; readonly to: string } = {
  from: [...TABLE.keys()].join(""),
  // What becomes nothing stands last, behind the end of `to`.
  to: [...TABLE.values()].join(""),
};

/** The words of a text, folded: letters and digits. */
export const foldedWords = (text: string): readonly string[] =>
  foldText(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
