import type { IdentityRules } from "#core/identity/identity-rules.ts";
import { rejection } from "#core/kernel/rejection.ts";
import type { ComponentPages } from "#core/profiles/ports.ts";
import type { IdentityPorts } from "./ports.ts";

/** Rules in the cloud: a setting of the stage, the same for all functions, changed by deploying. */
export const deployedIdentity = (pages: ComponentPages, before: IdentityRules | undefined): IdentityPorts => ({
  pages,
  before,
  retelling: async () => undefined,
  apply: async () => DEPLOYED,
});

const DEPLOYED = rejection(
  "identity_rules.deployed",
  "in the cloud the rules are deployed: set identityRules of the stage to them and identityRulesBefore to those that hold, deploy, then: npm run local -- identity rules retell --url …",
);
