import * as z from "zod";
import { Instant, Next, PageQuery, Time } from "./fields.ts";
import { NotServed } from "./not-served.ts";
import type { Route } from "./route.ts";

export const BadEventItem = z.object({
  id: z.string(),
  code: z.string(),
  problems: z.array(z.object({ path: z.string(), message: z.string() })),
  /** The text as it stood. */
  payload: z.string(),
  source: z.string(),
  position: z.number(),
  receivedAt: Time,
  recoveries: z.number(),
});
export type BadEventItem = z.infer<typeof BadEventItem>;

export const BadEvents = z.object({
  /** From when on they were looked for. */
  since: Time,
  /** How many there are by code, of all that the filters let through, not of this page. */
  counts: z.array(z.object({ code: z.string(), count: z.number() })),
  badEvents: z.array(BadEventItem),
  next: Next,
});

export const BAD_EVENT_ROUTES = {
  badEvents: {
    method: "GET",
    path: "/api/bad-events",
    summary: "Events that were refused and kept, latest first, with reasons; the last 30 days unless `since` says else",
    query: PageQuery.extend({ code: z.string().optional(), source: z.string().optional(), since: Instant.optional() }),
    status: 200,
    answer: BadEvents,
    refusals: ["page.bad_cursor"],
  },
  recoverBadEvents: {
    method: "POST",
    path: "/api/bad-events/recover",
    summary: "Not served yet: letting refused events in after all",
    status: 200,
    answer: NotServed,
    refusals: ["recovery.not_served_yet"],
  },
} as const satisfies Record<string, Route>;
