import type { Normalise } from "#core/kernel/identifier.ts";
import { blockedBy } from "./blocked.ts";
import type { IdentityRules } from "./identity-rules.ts";
import { normaliseEmail } from "./normalise-email.ts";
import { normalisePhone } from "./normalise-phone.ts";

/** Longer values identify nothing a person could have typed or a system issued, and would swell every key. */
const MAX_VALUE_LENGTH = 256;
/** Space around a value aside; beyond this nobody looks closer. */
const MAX_TEXT_LENGTH = 1_024;

/** Reads the rules once; the result is pure and cheap to call per event. */
export function normaliserFor(rules: IdentityRules): Normalise {
  const isBlocked = blockedBy(rules);
  return (type, raw) => {
    const text = textOf(raw);
    const value = text === undefined ? undefined : normaliseValue(type, text, rules.phoneRegion);
    if (value === undefined || value.length > MAX_VALUE_LENGTH || isBlocked(type, value)) return undefined;
    return { type, value };
  };
}

function normaliseValue(type: string, text: string, region: string): string | undefined {
  if (type === "email") return normaliseEmail(text);
  if (type === "phone") return normalisePhone(text, region);
  return text;
}

/** A number that JSON may have rounded is perhaps another person's, and a fraction nobody's. */
function textOf(raw: unknown): string | undefined {
  if (typeof raw === "number") return Number.isSafeInteger(raw) ? String(raw) : undefined;
  return typeof raw === "string" ? plainText(raw.trim()) : undefined;
}

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
/** Marks that nobody sees: zero-width spaces and joiners, direction marks, the byte order mark. */
const UNSEEN_AROUND = /^[\s\p{Cf}]+|[\s\p{Cf}]+$/gu;
/** Control characters, half surrogate pairs, and what stands where text was lost: such a value is damaged. */
const DAMAGED = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\uFFFD]/u;

/**
 * The text in its composed form (NFC), which Unicode calls the same text: an é is an é whichever system sent it. Letters
 * that only look alike (NFKC, Cyrillic beside Latin) stay different: a wrong merge is worse than one not made.
 */
function plainText(text: string): string | undefined {
  if (text.length > MAX_TEXT_LENGTH) return undefined;
  if (PRINTABLE_ASCII.test(text)) return text;
  const composed = text.normalize("NFC").replace(UNSEEN_AROUND, "");
  return DAMAGED.test(composed) ? undefined : composed;
}
