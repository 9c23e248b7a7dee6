import type { IdentityRules } from "./identity-rules.ts";
import { normaliserFor } from "./normalise.ts";
import { isPhoneRegion } from "./normalise-phone.ts";
import { EVERY_TYPE } from "./read-identity-rules.ts";

/** What is wrong with the values that rules name, given how values are written the same way; in words. */
export function ruleValueProblems(rules: IdentityRules): readonly string[] {
  const normalise = normaliserFor({ ...rules, limits: {}, blocked: {}, blockedPatterns: {} });
  const values = Object.entries(rules.blocked).flatMap(([type, list]) =>
    list.flatMap((value, at) => {
      const normal = type === EVERY_TYPE ? value.trim() : (normalise(type, value)?.value ?? value);
      return normal === value
        ? []
        : [`blocked.${type}.${at}: write "${normal}", as values are compared once normalised`];
    }),
  );
  const region = rules.phoneRegion;
  return [...values, ...(isPhoneRegion(region) ? [] : [`phoneRegion: ${region} is no country code, such as FR`])];
}
