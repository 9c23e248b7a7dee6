import type { Json } from "#core/kernel/json.ts";
import { foldedWords, foldText } from "./fold-text.ts";
import type { ProfileGroup } from "./profiles-of.ts";

/** What somebody may be looked for by, read from what was typed; each is absent where the text cannot be meant so. */
export interface Likeness {
  /** Folded; each is the beginning of a word of the person's names. */
  readonly words?: readonly string[];
  /** Folded; part of an e-mail address. */
  readonly email?: string;
  /** Digits; part of a phone number. */
  readonly phone?: string;
}

/** The traits that names are in, as platforms call them. */
export const NAME_TRAITS = ["name", "first_name", "firstName", "last_name", "lastName", "full_name", "fullName"];

const LONGEST = 100;
const FEWEST_LETTERS = 2;
const FEWEST_DIGITS = 4;
const MOST_WORDS = 6;

/** `undefined` where so little, or so much, was typed that looking would find half the world, or nobody. */
export function likenessIn(text: string): Likeness | undefined {
  if (text.length > LONGEST) return undefined;
  const words = foldedWords(text);
  const isName =
    words.length <= MOST_WORDS && words.some((word) => word.length >= FEWEST_LETTERS) && !text.includes("@");
  const email = foldText(text.trim());
  const isEmail = /^[\p{L}\p{N}._%+@-]+$/u.test(email) && email.replace(/[^\p{L}\p{N}]/gu, "").length > FEWEST_LETTERS;
  // A number written nationally begins with a nought that it has not in E.164, or with the code for abroad.
  const digits = /^\+?[\d\s().\-/]+$/.test(text.trim()) ? text.replace(/\D/g, "").replace(/^0{1,2}/, "") : "";
  const found: Likeness = {
    ...(isName ? { words } : {}),
    ...(isEmail ? { email } : {}),
    ...(digits.length >= FEWEST_DIGITS ? { phone: digits } : {}),
  };
  return Object.keys(found).length === 0 ? undefined : found;
}

/** By what a profile is like what was looked for, as it is now; `undefined` where it is not (any more). */
export function likeBy(
  likeness: Likeness,
  { members, fragment }: ProfileGroup,
): "name" | "email" | "phone" | undefined {
  const { words, email, phone } = likeness;
  if (words !== undefined && hasNames(words, (trait) => fragment.traits[trait]?.value)) return "name";
  const values = (type: string): readonly string[] =>
    members.flatMap(([, { identifier }]) => (identifier.type === type ? [identifier.value] : []));
  if (email !== undefined && values("email").some((value) => foldText(value).includes(email))) return "email";
  if (phone !== undefined && values("phone").some((value) => value.includes(phone))) return "phone";
  return undefined;
}

function hasNames(words: readonly string[], trait: (name: string) => Json | undefined): boolean {
  const names = NAME_TRAITS.flatMap((name) => {
    const value = trait(name);
    return typeof value === "string" ? foldedWords(value) : [];
  });
  return words.every((word) => names.some((name) => name.startsWith(word)));
}
