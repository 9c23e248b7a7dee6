import type { IdentityRules } from "#core/identity/identity-rules.ts";
import { blockedAmong, sharedIdentifiers } from "#core/identity/partition.ts";
import type { IdentifierKey } from "#core/kernel/identifier.ts";
import { identifiersOf } from "./component.ts";
import type { Found } from "./locate.ts";

/**
 * The identifiers that stored components already show to be shared by many people. Evidence no longer gathers around
 * them, so a kiosk's component stops growing where it proved to be one.
 */
export function sharedIn(found: Found, rules: IdentityRules): ReadonlySet<IdentifierKey> {
  const shared = new Set<IdentifierKey>();
  for (const stored of found.values()) {
    if (stored?.kind !== "component" || stored.component.links.size <= rules.sharedAbove) continue;
    const { component } = stored;
    const identifiers = identifiersOf(component);
    const blocked = blockedAmong(identifiers, rules);
    const links = [...component.links.values()].filter(({ a, b }) => !blocked.has(a) && !blocked.has(b));
    for (const key of sharedIdentifiers(links, identifiers, rules)) shared.add(key);
  }
  return shared;
}
