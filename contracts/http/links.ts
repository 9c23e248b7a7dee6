import * as z from "zod";
import { Time } from "./fields.ts";
import type { Route } from "./route.ts";

const Named = z.object({ type: z.string().min(1).max(40), value: z.union([z.string().min(1).max(1_000), z.number()]) });
const Normalised = z.object({ type: z.string(), value: z.string() });

const LinkAsked = z.strictObject({
  a: Named,
  b: Named,
  verdict: z.enum(["same", "different"]).default("same"),
  reason: z.string().min(1).max(500).optional(),
});

/** A link somebody asserted, with its identifiers as they were understood. */
const LinkMade = z.object({
  id: z.string(),
  a: Normalised,
  b: Normalised,
  class: z.literal("human"),
  verdict: z.enum(["same", "different"]),
  source: z.string(),
  at: Time,
  reason: z.string().nullable(),
});

const LinkRetracted = z.object({ id: z.string(), state: z.literal("retracted") });

export const LINK_ROUTES = {
  assertLink: {
    method: "POST",
    path: "/api/links",
    summary: "Says that two identifiers are one person, or are not; durable when answered, the profile follows",
    body: LinkAsked,
    status: 201,
    answer: LinkMade,
    refusals: ["identifier.malformed", "identifier.unusable", "link.same_identifier"],
  },
  retractLink: {
    method: "DELETE",
    path: "/api/links/{id}",
    summary: "Takes a link back: as if it had never been asserted",
    status: 200,
    answer: LinkRetracted,
    refusals: ["link.not_found"],
  },
} as const satisfies Record<string, Route>;
