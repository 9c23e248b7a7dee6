import { IdentityRules } from "#core/identity/identity-rules.ts";

/** The owner's rules of identity as a function's setting holds them, JSON; the defaults where it holds none. */
export const identityRulesIn = (settings: { readonly IDENTITY_RULES?: string | undefined }): IdentityRules =>
  IdentityRules.parse(JSON.parse(settings.IDENTITY_RULES ?? "{}"));
