import type { IdentifierKey } from "#core/kernel/identifier.ts";
import { type Place, placeOf } from "#core/profiles/locate.ts";
import type { ProfileStore, Stored } from "#core/profiles/ports.ts";
import { identifierKeyIn, type ProfileId } from "#core/profiles/profile-id.ts";

/** The component that holds a profile's eldest identifier, and where it stands. */
export interface ProfilePlace {
  readonly key: IdentifierKey;
  readonly stored: Extract<Stored, { readonly kind: "component" }>;
}

/** Where each profile is kept now; one whose identifier nobody has is absent. */
export async function placesOf(
  store: Pick<ProfileStore, "read">,
  ids: readonly ProfileId[],
): Promise<ReadonlyMap<ProfileId, ProfilePlace>> {
  const found = new Map<IdentifierKey, Stored | undefined>();
  const places = (): readonly (readonly [ProfileId, Place])[] =>
    ids.flatMap((id) => {
      const key = identifierKeyIn(id);
      return key === undefined ? [] : [[id, placeOf(key, found)] as const];
    });
  for (;;) {
    const next = new Set(places().flatMap(([, place]) => (place.kind === "unread" ? [place.next] : [])));
    if (next.size === 0) break;
    const read = await store.read([...next], { fresh: true });
    for (const key of next) found.set(key, read.get(key));
  }
  return new Map(
    places().flatMap(([id, place]) => {
      if (place.kind !== "component") return [];
      const { root, version, component } = place;
      return [[id, { key: root, stored: { kind: "component" as const, version, component } }] as const];
    }),
  );
}
