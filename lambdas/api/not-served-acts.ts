import type { NOT_SERVED_ROUTES } from "#contracts/http/not-served.ts";
import { rejection } from "#core/kernel/rejection.ts";
import type { Acts } from "./act.ts";

const noDestinations = async () =>
  rejection(
    "destination.not_served_yet",
    "destinations are not served yet: nothing is sent out but campaigns' messages",
  );

export const notServedActs: Acts<typeof NOT_SERVED_ROUTES> = {
  listDestinations: noDestinations,
  createDestination: noDestinations,
  redriveDestination: noDestinations,
  engagementCredentials: async () =>
    rejection(
      "engagement.not_served_yet",
      "the Pinpoint-shaped engagement API is not served yet, so it has no credentials",
    ),
};
