import * as z from "zod";
import type { Route } from "./route.ts";

/** Routes that later versions serve have no answer yet but the refusal. */
const NotServed = z.never();

const notServed = {
  status: 200,
  answer: NotServed,
} as const;

const destinations = { ...notServed, refusals: ["destination.not_served_yet"] } as const;

export const NOT_SERVED_ROUTES = {
  listDestinations: {
    ...destinations,
    method: "GET",
    path: "/api/destinations",
    summary: "Not served yet: destinations that segments flow to",
  },
  createDestination: {
    ...destinations,
    method: "POST",
    path: "/api/destinations",
    summary: "Not served yet: a new destination",
  },
  redriveDestination: {
    ...destinations,
    method: "POST",
    path: "/api/destinations/{id}/redrive",
    summary: "Not served yet: delivering again what a destination refused",
  },
  engagementCredentials: {
    ...notServed,
    method: "POST",
    path: "/api/engagement/credentials",
    summary: "Not served yet: credentials for the engagement API",
    refusals: ["engagement.not_served_yet"],
  },
} as const satisfies Record<string, Route>;
