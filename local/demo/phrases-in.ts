import type { Language, Phrases } from "./phrases.ts";
import { ENGLISH } from "./phrases-en.ts";
import { FRENCH } from "./phrases-fr.ts";

export const phrasesIn = (language: Language): Phrases => (language === "fr" ? FRENCH : ENGLISH);
