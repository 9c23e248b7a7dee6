import { ABOUT_ROUTES } from "./about.ts";
import { BAD_EVENT_ROUTES } from "./bad-events.ts";
import { CAMPAIGN_ROUTES } from "./campaigns.ts";
import { COMPUTED_TRAIT_ROUTES } from "./computed-traits.ts";
import { IDENTITY_ROUTES } from "./identity.ts";
import { IMPORT_ROUTES } from "./imports.ts";
import { LINK_ROUTES } from "./links.ts";
import { LIST_ROUTES } from "./lists.ts";
import { MESSAGE_ROUTES } from "./messages.ts";
import { NOT_SERVED_ROUTES } from "./not-served.ts";
import { PROFILE_SHAPE_ROUTES } from "./profile-shapes.ts";
import { PROFILE_ROUTES } from "./profiles.ts";
import { QUERY_ROUTES } from "./queries.ts";
import type { Route } from "./route.ts";
import { SEGMENT_INSIGHT_ROUTES } from "./segment-insights.ts";
import { SEGMENT_ROUTES } from "./segments.ts";
import { SOURCE_ROUTES } from "./sources.ts";
import { TRACKING_PLAN_ROUTES } from "./tracking-plans.ts";

/** All that may be asked under `/api`, by name. The function, the description and the console are made from it. */
export const ROUTES = {
  ...ABOUT_ROUTES,
  ...PROFILE_ROUTES,
  ...PROFILE_SHAPE_ROUTES,
  ...LINK_ROUTES,
  ...SEGMENT_ROUTES,
  ...SEGMENT_INSIGHT_ROUTES,
  ...LIST_ROUTES,
  ...COMPUTED_TRAIT_ROUTES,
  ...CAMPAIGN_ROUTES,
  ...QUERY_ROUTES,
  ...BAD_EVENT_ROUTES,
  ...MESSAGE_ROUTES,
  ...SOURCE_ROUTES,
  ...TRACKING_PLAN_ROUTES,
  ...IDENTITY_ROUTES,
  ...IMPORT_ROUTES,
  ...NOT_SERVED_ROUTES,
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof ROUTES;

/** `/api/s/…` is Jitsu's way of sending events: those paths belong to collection, and take write keys. */
export const isApiPath = (path: string): boolean =>
  (path === "/api" || path.startsWith("/api/")) && path !== "/api/s" && !path.startsWith("/api/s/");
