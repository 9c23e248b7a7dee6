import type { IdentityRules } from "#core/identity/identity-rules.ts";
import type { IdentifierKey } from "#core/kernel/identifier.ts";
import type { Found } from "./locate.ts";
import { partitionOf } from "./profiles-of.ts";

/**
 * The identifiers that stored components already show to be shared by many people. Evidence no longer gathers around
 * them, so a kiosk's component stops growing where it proved to be one.
 */
export function sharedIn(found: Found, rules: IdentityRules): ReadonlySet<IdentifierKey> {
  const shared = new Set<IdentifierKey>();
  for (const stored of found.values()) {
    if (stored?.kind !== "component" || stored.component.links.size <= rules.sharedAbove) continue;
    for (const key of partitionOf(stored.component, rules).shared) shared.add(key);
  }
  return shared;
}
