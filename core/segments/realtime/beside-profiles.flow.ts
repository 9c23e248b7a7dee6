import type { IdentifierKey } from "#core/kernel/identifier.ts";
import type { JsonObject } from "#core/kernel/json.ts";
import type { ProfileId } from "#core/profiles/profile-id.ts";
import type { StandsBeside } from "#core/segments/person.ts";
import type { BesideProfiles } from "#core/segments/ports.ts";
import type { ListLookup } from "./list-lookup.flow.ts";

export interface BesideProfilesPorts {
  /** As `ComputedStore` has it. */
  readonly computed: {
    read(profileIds: readonly string[]): Promise<ReadonlyMap<string, { readonly computed: JsonObject }>>;
  };
  readonly lists: Pick<ListLookup, "onList">;
}

/** Nobody has measured anything of this profile, or there was nothing to measure. */
const NOTHING_COMPUTED: JsonObject = {};

/** Computed traits and lists, of all profiles asked for at once. */
export const besideProfiles = ({ computed, lists }: BesideProfilesPorts): BesideProfiles => ({
  of: async (profiles, wanted) => {
    const values = wanted.computed ? await computed.read(profiles.map(({ id }) => id)) : undefined;
    const keys = [...new Set(wanted.lists.length === 0 ? [] : profiles.flatMap((profile) => profile.keys))];
    const onLists = new Map<string, ReadonlySet<IdentifierKey> | undefined>();
    for (const listId of wanted.lists) onLists.set(listId, await lists.onList(listId, keys));
    return new Map<ProfileId, StandsBeside>(
      profiles.map((profile) => [
        profile.id,
        {
          ...(values === undefined ? {} : { computed: values.get(profile.id)?.computed ?? NOTHING_COMPUTED }),
          lists: {
            has: (listId) => {
              const on = onLists.get(listId);
              return on && profile.keys.some((key) => on.has(key));
            },
          },
        },
      ]),
    );
  },
});
