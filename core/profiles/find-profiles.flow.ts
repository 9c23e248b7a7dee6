import type { IdentityRules } from "#core/identity/identity-rules.ts";
import type { IdentifierKey } from "#core/kernel/identifier.ts";
import type { FoundProfile } from "./find-profile.flow.ts";
import { placeOf } from "./locate.ts";
import type { ProfileStore, Stored } from "./ports.ts";
import { profileGroupsOf } from "./profiles-of.ts";

/**
 * The profiles that hold these identifiers now, by identifier; one that nobody was ever known by is absent. As many
 * rounds of reads as the longest chain of pointers, usually one or two, however many identifiers are asked for.
 */
export async function findProfiles(
  store: Pick<ProfileStore, "read">,
  keys: readonly IdentifierKey[],
  rules: IdentityRules,
): Promise<ReadonlyMap<IdentifierKey, FoundProfile>> {
  const found = new Map<IdentifierKey, Stored | undefined>();
  for (;;) {
    const places = keys.map((key) => placeOf(key, found));
    const next = [...new Set(places.flatMap((place) => (place.kind === "unread" ? [place.next] : [])))];
    if (next.length === 0) break;
    const read = await store.read(next, { fresh: true });
    for (const key of next) found.set(key, read.get(key));
  }
  const profiles = new Map<IdentifierKey, FoundProfile>();
  for (const key of keys) {
    const place = placeOf(key, found);
    if (place.kind !== "component") continue;
    const { component, version } = place;
    const group = profileGroupsOf(component, rules).find(({ members }) => members.some(([member]) => member === key));
    if (group !== undefined) profiles.set(key, { group, component, version });
  }
  return profiles;
}
