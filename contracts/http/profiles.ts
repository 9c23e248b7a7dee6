import * as z from "zod";
import { Explanation } from "#core/profiles/explanation.ts";
import { Profile } from "#core/profiles/profile.ts";
import { Instant, Next, PageQuery, Time } from "./fields.ts";
import type { Route } from "./route.ts";

const Profiles = z.object({ profiles: z.array(Profile) });

/** One event of a person, as the lake holds it. */
export const ProfileEvent = z.object({
  messageId: z.string(),
  source: z.string(),
  type: z.string(),
  event: z.string(),
  eventTime: Time,
  receivedAt: Time,
  /** The identifier by which the event belongs to the person. */
  identityKey: z.string(),
  properties: z.record(z.string(), z.json()),
  traits: z.record(z.string(), z.json()),
  context: z.record(z.string(), z.json()),
});
export type ProfileEvent = z.infer<typeof ProfileEvent>;

export const ProfileEvents = z.object({ profileId: z.string(), events: z.array(ProfileEvent), next: Next });

/** Which profiles a search and a path may lead to: `type:value`, `id:<profile id>`. */
const ofOne = ["identifier.malformed", "identifier.unusable", "profile.not_found"] as const;

export const PROFILE_ROUTES = {
  findProfiles: {
    method: "GET",
    path: "/api/profiles",
    summary: "Profiles known by an identifier: `type:value`, a profile id, or a bare value of any type",
    query: z.object({ query: z.string().min(1).max(1_000) }),
    status: 200,
    answer: Profiles,
    refusals: [],
  },
  getProfile: {
    method: "GET",
    path: "/api/profiles/{identifier}",
    summary: "The profile of an identifier, `type:value`, or of a profile id, `id:…`",
    status: 200,
    answer: Profile,
    refusals: ofOne,
  },
  profileEvents: {
    method: "GET",
    path: "/api/profiles/{identifier}/events",
    summary: "What the person did, latest first; from the lake, which follows within seconds to minutes",
    query: PageQuery.extend({ event: z.string().optional(), since: Instant.optional(), until: Instant.optional() }),
    status: 200,
    answer: ProfileEvents,
    refusals: [...ofOne, "page.bad_cursor"],
  },
  explainProfile: {
    method: "GET",
    path: "/api/profiles/{identifier}/explain",
    summary: "Why these identifiers are one profile: links that hold, were refused (and why) or taken back",
    status: 200,
    answer: Explanation,
    refusals: ofOne,
  },
} as const satisfies Record<string, Route>;
