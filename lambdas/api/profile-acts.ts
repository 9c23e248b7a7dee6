import type { PROFILE_ROUTES } from "#contracts/http/profiles.ts";
import { isRejection } from "#core/kernel/rejection.ts";
import { isoTime } from "#core/kernel/time.ts";
import { explain } from "#core/profiles/explain.ts";
import { type ProfileGroup, profileOf } from "#core/profiles/profiles-of.ts";
import type { Acts } from "./act.ts";
import { profileEvents } from "./profile-events.ts";
import { searchProfiles } from "./profile-search.ts";
import { traitsOf } from "./profile-traits.ts";
import { profileAt } from "./which-profile.ts";

export const profileActs: Acts<typeof PROFILE_ROUTES> = {
  findProfiles: (ports, { query }) => searchProfiles(ports, query.query),
  getProfile: async (ports, { target }) => {
    const found = await profileAt(ports, target);
    return isRejection(found) ? found : profileOf(found.group, found.version);
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
    return isRejection(found) ? found : { profileId: found.group.id, events: recentOf(found.group) };
  },
  explainProfile: async (ports, { target }) => {
    const found = await profileAt(ports, target);
    return isRejection(found) ? found : explain(found, ports.rules);
  },
};

const recentOf = ({ fragment }: ProfileGroup) =>
  fragment.recent.map(({ name, at, by, value }) => ({
    event: name,
    at: isoTime(at),
    value: value ?? null,
    digest: by,
  }));
