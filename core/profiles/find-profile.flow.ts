import type { IdentityRules } from "#core/identity/identity-rules.ts";
import type { IdentifierKey } from "#core/kernel/identifier.ts";
import type { Component } from "./component.ts";
import { placeOf } from "./locate.ts";
import type { ProfileStore, Stored } from "./ports.ts";
import { type ProfileGroup, profileGroupsOf } from "./profiles-of.ts";

/** A profile with the component it was computed from. */
export interface FoundProfile {
  readonly group: ProfileGroup;
  readonly component: Component;
  readonly version: number;
}

/** The profile that holds an identifier now; `undefined` where nobody was ever known by it. */
export async function findProfile(
  store: ProfileStore,
  key: IdentifierKey,
  rules: IdentityRules,
): Promise<FoundProfile | undefined> {
  const found = new Map<IdentifierKey, Stored | undefined>();
  for (;;) {
    const place = placeOf(key, found);
    if (place.kind === "nothing") return undefined;
    if (place.kind === "component") {
      const { component, version } = place;
      const group = profileGroupsOf(component, rules).find(({ members }) => members.some(([member]) => member === key));
      return group && { group, component, version };
    }
    const read = await store.read([place.next], { fresh: true });
    found.set(place.next, read.get(place.next));
  }
}
