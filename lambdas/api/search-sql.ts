import { FOLD_TRANSLATION, FOLDED_PAIRS, foldText } from "#core/profiles/fold-text.ts";
import { type Likeness, NAME_TRAITS } from "#core/profiles/likeness.ts";
import { sqlText } from "./sql-text.ts";

/**
 * Ids of profiles that may be like what is looked for, the latest changed first. It is asked of JSON text, because the
 * two engines read JSON by different functions and match text by the same: so a name within another object's names may
 * come along, and whoever asks looks again at what they get.
 */
export function searchSql({ words, email, phone }: Likeness, limit: number): string {
  const conditions = [
    words?.map((word) => matches(folded("traits"), namePattern(word))).join(" AND "),
    email === undefined ? undefined : matches(folded("identifiers"), valuePattern("email", email)),
    phone === undefined ? undefined : matches("identifiers", valuePattern("phone", phone)),
  ].filter((condition) => condition !== undefined);
  return `
    SELECT profile_id FROM profiles
    WHERE ${conditions.map((condition) => `(${condition})`).join(" OR ")}
    ORDER BY changed_at DESC, profile_id LIMIT ${limit}`;
}

// One engine answers NULL where nothing matches, the other the empty text.
const matches = (text: string, pattern: string): string =>
  `coalesce(regexp_extract(${text}, ${sqlText(pattern)}), '') <> ''`;

const folded = (column: string): string => {
  const paired = FOLDED_PAIRS.reduce(
    (sql, [letter, as]) => `replace(${sql}, '${letter}', '${as}')`,
    `lower(${column})`,
  );
  return `translate(${paired}, ${sqlText(FOLD_TRANSLATION.from)}, ${sqlText(FOLD_TRANSLATION.to)})`;
};

const NAMES = [...new Set(NAME_TRAITS.map(foldText))].join("|");

/** A word of letters and digits at the beginning of a name, or behind anything in it that is neither: so JSON's escapes. */
const namePattern = (word: string): string =>
  `"(${NAMES})":"((${ESCAPE}|[^"\\\\])*(${ESCAPE}|[^\\p{L}\\p{N}"\\\\]))?${word}`;

const ESCAPE = "\\\\.";

const valuePattern = (type: string, part: string): string =>
  `"type":"${type}","value":"[^"]*${part.replace(/[^\p{L}\p{N}]/gu, "\\$&")}`;
