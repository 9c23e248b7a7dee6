import * as z from "zod";
import { Next, PageQuery, Time } from "./fields.ts";
import type { Route } from "./route.ts";

/** A message as it stands: who was to get it, and what became of it. */
export const MessageItem = z.object({
  messageId: z.string(),
  campaignId: z.string(),
  runId: z.string(),
  profileId: z.string(),
  channel: z.string(),
  address: z.string().nullable(),
  /** Which of the campaign's variants; `null` where it did not come to that. */
  treatment: z.string().nullable(),
  status: z.string(),
  reason: z.string().nullable(),
  occurredAt: Time,
});
export type MessageItem = z.infer<typeof MessageItem>;

export const Messages = z.object({ messages: z.array(MessageItem), next: Next });

const MessageQuery = PageQuery.extend({
  campaign: z.string().optional(),
  run: z.string().optional(),
  profile: z.string().optional(),
  status: z.string().optional(),
});

export const MESSAGE_ROUTES = {
  messages: {
    method: "GET",
    path: "/api/messages",
    summary: "Messages with what became of each, by message id; from the lake",
    query: MessageQuery,
    status: 200,
    answer: Messages,
    refusals: ["page.bad_cursor"],
  },
} as const satisfies Record<string, Route>;
