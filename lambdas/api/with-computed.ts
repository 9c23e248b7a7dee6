import type { Profile } from "#core/profiles/profile.ts";
import type { ApiPorts } from "./ports.ts";

/** The profiles with what their events come to, as of the last refresh. */
export async function withComputed<P extends Pick<Profile, "id">>(
  { computed }: Pick<ApiPorts, "computed">,
  profiles: readonly P[],
): Promise<(P & Pick<Profile, "computed">)[]> {
  const found = await computed.store.read(profiles.map(({ id }) => id));
  return profiles.map((profile) => ({
    ...profile,
    computed: { ...(found.get(profile.id)?.computed as Profile["computed"] | undefined) },
  }));
}
