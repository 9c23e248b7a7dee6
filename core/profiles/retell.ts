import type { IdentityRules } from "#core/identity/identity-rules.ts";
import type { Partition } from "#core/identity/partition.ts";
import type { Component } from "./component.ts";
import { followsLogins } from "./follows-logins.ts";
import { partitionOf } from "./profiles-of.ts";

/**
 * Whether the lake has to be told of a component again, because rules alone changed what it is: `told` are all rules
 * under which it may have been told so far. Where all of them say the same as `rules` do, it does not matter which.
 */
export function mustBeRetold(component: Component, told: readonly IdentityRules[], rules: IdentityRules): boolean {
  if (component.members.size < 2) return false;
  const now = partitionOf(component, rules);
  return told.some((under) => !isAlike(component, partitionOf(component, under), now));
}

function isAlike(component: Component, x: Partition, y: Partition): boolean {
  if (x.groups.length !== y.groups.length) return false;
  const isSame = x.groups.every((group, nth) => isSameList(group, y.groups[nth] ?? []));
  return isSame && followsLogins(component, x).symmetricDifference(followsLogins(component, y)).size === 0;
}

const isSameList = (x: readonly string[], y: readonly string[]): boolean =>
  x.length === y.length && x.every((each, nth) => each === y[nth]);
