import * as z from "zod";
import { Explanation } from "#core/profiles/explanation.ts";
import { Profile } from "#core/profiles/profile.ts";
import { Instant, Next, PageQuery, Time } from "./fields.ts";
import type { Route } from "./route.ts";

/**
 * How a search came to a profile. `identifier`: by one it has at this moment; else by something like it in the lake,
 * which is seconds to minutes old. What is shown of the profile is of this moment either way.
 */
const FoundProfile = Profile.extend({
  found: z.object({ by: z.enum(["identifier", "name", "email", "phone"]), from: z.enum(["store", "lake"]) }),
});

const Profiles = z.object({
  /** Those found by an identifier first, then those of the lake, the latest changed first; at most 50. */
  profiles: z.array(FoundProfile),
  /** More people than these are like it: ask for more of the name or the address. */
  more: z.boolean(),
});

/** The event that said something: by its name where the lake knows it by now, else by source and digest alone. */
const SaidBy = z.object({
  source: z.string().nullable(),
  messageId: z.string().nullable(),
  /** Of source and message id: the same for what one event said. */
  digest: z.string(),
});

const Traits = z.object({
  profileId: z.string(),
  traits: z.array(z.object({ name: z.string(), value: z.json(), at: Time, event: SaidBy })),
});

const Device = z.object({
  id: z.string().optional(),
  type: z.string().optional(),
  model: z.string().optional(),
  manufacturer: z.string().optional(),
  os: z.string().optional(),
  osVersion: z.string().optional(),
  browser: z.string().optional(),
  lastSeen: Time,
});

const Recent = z.object({
  profileId: z.string(),
  /** Latest first, the latest few of each identifier. `digest` names the event as it does in traits. */
  events: z.array(
    z.object({
      event: z.string(),
      at: Time,
      source: z.string().nullable(),
      value: z.number().nullable(),
      digest: z.string(),
    }),
  ),
  /** What the person was seen on, latest first: what events said of it. */
  devices: z.array(Device),
  /** Who spoke of the person, and how often: counted one by one (`exact`), or about. */
  sources: z.array(
    z.object({ source: z.string(), firstSeen: Time, lastSeen: Time, events: z.number(), exact: z.boolean() }),
  ),
});

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
    summary:
      "Profiles by identifier (`type:value`, a profile id, a bare value), by name, or by part of an address or number",
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
  profileTraits: {
    method: "GET",
    path: "/api/profiles/{identifier}/traits",
    summary: "What is known of the person, and which event of which source said it, and when",
    /** Whether to look the events up in the lake, which takes a moment. */
    query: z.object({ events: z.enum(["true", "false"]).default("true") }),
    status: 200,
    answer: Traits,
    refusals: ofOne,
  },
  recentEvents: {
    method: "GET",
    path: "/api/profiles/{identifier}/recent",
    summary: "What the person did last, on which devices, told by which sources; at once, from the profile itself",
    status: 200,
    answer: Recent,
    refusals: ofOne,
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
