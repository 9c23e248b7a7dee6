import { domainToASCII } from "node:url";
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js/core/es6";
import type { Normalise } from "#core/kernel/identifier.ts";
import { blockedBy } from "./blocked.ts";
import type { IdentityRules } from "./identity-rules.ts";
import { phonePlans } from "./phone-plans.ts";

/** Longer values identify nothing a person could have typed or a system issued, and would swell every key. */
const MAX_VALUE_LENGTH = 256;

/** Reads the rules once; the result is pure and cheap to call per event. */
export function normaliserFor(rules: IdentityRules): Normalise {
  const isBlocked = blockedBy(rules);
  return (type, raw) => {
    if (typeof raw !== "string" && typeof raw !== "number") return undefined;
    const value = normaliseValue(type, String(raw).trim(), rules.phoneRegion);
    if (value === undefined || value.length > MAX_VALUE_LENGTH || isBlocked(type, value)) return undefined;
    return { type, value };
  };
}

function normaliseValue(type: string, text: string, region: string): string | undefined {
  if (type === "email") return normaliseEmail(text);
  if (type === "phone") return normalisePhone(text, region);
  return text;
}

/** Lower case, domain in ASCII (IDN). Dots and `+tags` are kept: only some providers ignore them. */
function normaliseEmail(text: string): string | undefined {
  const at = text.lastIndexOf("@");
  if (at < 1 || /\s/.test(text)) return undefined;
  const domain = domainToASCII(text.slice(at + 1));
  return domain === "" ? undefined : `${text.slice(0, at).toLowerCase()}@${domain.toLowerCase()}`;
}

/** E.164. French overseas numbers written nationally (0690…) belong to their own country code, not to +33. */
function normalisePhone(text: string, region: string): string | undefined {
  const overseas =
    region === "FR" ? FRENCH_OVERSEAS.find(([prefix]) => prefix.test(text.replace(/[\s.-]/g, ""))) : undefined;
  const parsed = parsePhoneNumberFromString(text, (overseas?.[1] ?? region) as CountryCode, phonePlans);
  return parsed?.isPossible() ? parsed.number : undefined;
}

const FRENCH_OVERSEAS: readonly (readonly [RegExp, string])[] = [
  [/^0(590|690|691)\d{6}$/, "GP"],
  [/^0(594|694)\d{6}$/, "GF"],
  [/^0(596|696|697)\d{6}$/, "MQ"],
  [/^0(262|692|693)\d{6}$/, "RE"],
  [/^0(269|639)\d{6}$/, "YT"],
];

/** Whether numbers without a country code can be from there: a code of ISO 3166-1 that has a numbering plan. */
export const isPhoneRegion = (region: string): boolean => isSupportedCountry(region as CountryCode, phonePlans);
