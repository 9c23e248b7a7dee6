import type { PROFILE_ROUTES } from "#contracts/http/profiles.ts";
import { isRejection } from "#core/kernel/rejection.ts";
import { explain } from "#core/profiles/explain.ts";
import { profileOf } from "#core/profiles/profiles-of.ts";
import type { Acts } from "./act.ts";
import { profileEvents } from "./profile-events.ts";
import { profileAt, profilesFor } from "./which-profile.ts";

export const profileActs: Acts<typeof PROFILE_ROUTES> = {
  findProfiles: async (ports, { query }) => {
    const found = await profilesFor(ports, query.query);
    return { profiles: found.map(({ group, version }) => profileOf(group, version)) };
  },
  getProfile: async (ports, { target }) => {
    const found = await profileAt(ports, target);
    return isRejection(found) ? found : profileOf(found.group, found.version);
  },
  profileEvents: async (ports, { target, query }) => {
    const found = await profileAt(ports, target);
    return isRejection(found) ? found : profileEvents(ports.lake, found.group, query);
  },
  explainProfile: async (ports, { target }) => {
    const found = await profileAt(ports, target);
    return isRejection(found) ? found : explain(found, ports.rules);
  },
};
