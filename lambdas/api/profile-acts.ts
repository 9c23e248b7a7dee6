import type { PROFILE_ROUTES } from "#contracts/http/profiles.ts";
import { compareText } from "#core/kernel/order.ts";
import { isRejection } from "#core/kernel/rejection.ts";
import { explain } from "#core/profiles/explain.ts";
import { activityOf, devicesOf, recentEventsOf } from "#core/profiles/profile-provenance.ts";
import { type ProfileGroup, profileOf } from "#core/profiles/profiles-of.ts";
import type { Acts } from "./act.ts";
import type { ApiPorts } from "./ports.ts";
import { profileEvents } from "./profile-events.ts";
import { searchProfiles } from "./profile-search.ts";
import { traitsOf } from "./profile-traits.ts";
import { profileAt } from "./which-profile.ts";
import { withComputed } from "./with-computed.ts";

export const profileActs: Acts<typeof PROFILE_ROUTES> = {
  findProfiles: (ports, { query }) => searchProfiles(ports, query.query),
  getProfile: async (ports, { target }) => {
    const found = await profileAt(ports, target);
    if (isRejection(found)) return found;
    const profile = { ...profileOf(found.group, found.version), segments: await segmentsOf(ports, found.group) };
    const [told = profile] = await withComputed(ports, [profile]);
    return told;
  },
  profileEvents: async (ports, { target, query }) => {
    const found = await profileAt(ports, target);
    return isRejection(found) ? found : profileEvents(ports.lake, found.group, query);
  },
  profileTraits: async (ports, { target, query }) => {
    const found = await profileAt(ports, target);
    return isRejection(found) ? found : traitsOf(found.group, query.events === "true" ? ports.lake : undefined);
  },
  recentEvents: async (ports, { target }) => {
    const found = await profileAt(ports, target);
    return isRejection(found) ? found : recentOf(found.group);
  },
  explainProfile: async (ports, { target }) => {
    const found = await profileAt(ports, target);
    return isRejection(found) ? found : explain(found, ports.rules);
  },
};

/** The ids of the segments that the profile is in, in text order. */
async function segmentsOf({ memberships }: Pick<ApiPorts, "memberships">, { id }: ProfileGroup): Promise<string[]> {
  const records = await memberships.of([id]);
  return Object.keys(records.get(id)?.memberships ?? {}).sort(compareText);
}

const recentOf = (group: ProfileGroup) => ({
  profileId: group.id,
  events: recentEventsOf(group).map(({ name, event, ...told }) => ({ event: name, digest: event, ...told })),
  devices: devicesOf(group).map((device) => ({ ...device })),
  sources: activityOf(group),
});
