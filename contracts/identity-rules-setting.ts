import type { IdentityRules } from "#core/identity/identity-rules.ts";
import { readIdentityRules } from "#core/identity/read-identity-rules.ts";
import { isRejection } from "#core/kernel/rejection.ts";

/**
 * The owner's rules of identity as a function's setting holds them, JSON; the defaults where it holds none. Throws, at
 * the function's start and in words, where they are no rules: to go by others would merge and split people.
 */
export const identityRulesIn = (settings: { readonly IDENTITY_RULES?: string | undefined }): IdentityRules =>
  rulesIn("IDENTITY_RULES", settings.IDENTITY_RULES ?? "{}");

/** Those that held before, while the lake is told what the change makes of the people there are. */
export const identityRulesBeforeIn = (settings: {
  readonly IDENTITY_RULES_BEFORE?: string | undefined;
}): IdentityRules | undefined =>
  settings.IDENTITY_RULES_BEFORE === undefined
    ? undefined
    : rulesIn("IDENTITY_RULES_BEFORE", settings.IDENTITY_RULES_BEFORE);

function rulesIn(name: string, text: string): IdentityRules {
  const rules = readIdentityRules(JSON.parse(text));
  if (isRejection(rules)) throw new Error(`the setting ${name}: ${rules.message}`);
  return rules;
}
