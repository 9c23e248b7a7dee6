import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js/core/es6";
import { phonePlans } from "./phone-plans.ts";

/**
 * E.164. The text must be a number and nothing else: read out of a sentence it may be anybody's. One with an extension
 * is the number of a house, not of a person. `undefined` for both, and for what no numbering plan allows.
 */
export function normalisePhone(text: string, region: string): string | undefined {
  const home = FRENCH_REGIONS.has(region) ? "FR" : region;
  const parsed = parsePhoneNumberFromString(
    text.replace(/^tel:/i, ""),
    { defaultCountry: home as CountryCode, extract: false },
    phonePlans,
  );
  if (!parsed?.isPossible() || parsed.ext !== undefined || ZEROS.test(parsed.nationalNumber)) return undefined;
  return parsed.countryCallingCode === "33"
    ? `+${frenchCode(parsed.nationalNumber)}${parsed.nationalNumber}`
    : parsed.number;
}

const ZEROS = /^0+$/;

/** They share one numbering plan: ten digits from anywhere to anywhere, and a country code each from abroad. */
const FRENCH_REGIONS = new Set(["FR", "GP", "BL", "MF", "GF", "MQ", "RE", "YT"]);

/**
 * French overseas numbers written nationally (0690…), or after +33 as many a form writes them, belong to their own
 * country code. Ranges: ARCEP's numbering plan, as libphonenumber's metadata of the regions has them.
 */
const FRENCH_OVERSEAS: readonly (readonly [RegExp, string])[] = [
  [/^(590|690|691|7090)/, "590"],
  [/^(594|694|7093[0-4])/, "594"],
  [/^(596|696|697|7091)/, "596"],
  [/^(262|263|268|269|639|692|693|7092|7093[5-9])/, "262"],
];

const frenchCode = (national: string): string =>
  FRENCH_OVERSEAS.find(([range]) => national.length === 9 && range.test(national))?.[1] ?? "33";

/** Whether numbers without a country code can be from there: a code of ISO 3166-1 that has a numbering plan. */
export const isPhoneRegion = (region: string): boolean => isSupportedCountry(region as CountryCode, phonePlans);
