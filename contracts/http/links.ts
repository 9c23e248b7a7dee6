import * as z from "zod";
import { Time } from "./fields.ts";
import { Reason } from "./profile-shapes.ts";
import type { Route } from "./route.ts";

const Named = z.object({ type: z.string().min(1).max(40), value: z.union([z.string().min(1).max(1_000), z.number()]) });
const Normalised = z.object({ type: z.string(), value: z.string() });

const LinkAsked = z.strictObject({
  a: Named,
  b: Named,
  verdict: z.enum(["same", "different"]).default("same"),
  reason: Reason.optional(),
});

/** A link somebody asserted, with its identifiers as they were understood, and what comes of it. */
const LinkMade = z.object({
  id: z.string(),
  a: Normalised,
  b: Normalised,
  class: z.literal("human"),
  verdict: z.enum(["same", "different"]),
  source: z.string(),
  /** When it was first asserted: asserting twice is once. */
  at: Time,
  reason: z.string().nullable(),
  /** Whether it will hold, as things are; a refused link is kept, and holds once what refuses it is gone. */
  state: z.enum(["live", "refused"]),
  because: z.string(),
});

/** The retraction that counts: the first, where a link is taken back twice. */
const LinkRetracted = z.object({
  id: z.string(),
  state: z.literal("retracted"),
  /** `null`, as are the next two, where the link was taken back before this was written down. */
  who: z.string().nullable(),
  at: Time.nullable(),
  reason: z.string().nullable(),
});

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
    query: z.object({ reason: Reason.optional() }),
    status: 200,
    answer: LinkRetracted,
    refusals: ["link.not_found"],
  },
} as const satisfies Record<string, Route>;
