import * as z from "zod";
import { isJsonObject, type JsonObject } from "#core/kernel/json.ts";

// Clients write null for "nothing" and numbers for ids; both mean what they look like.
const absent = z.null().transform(() => undefined);
const text = z.union([z.string(), z.number().transform(String), absent]).optional();
// What was read from JSON text needs no second walk through its depths.
const object = z.union([z.custom<JsonObject>(isJsonObject, "an object is expected"), absent]).optional();

/** An event as clients send it: Segment's message, with the liberties real clients take. Unknown members are let be. */
export const RawEvent = z.object({
  type: z.string(),
  event: text,
  name: text,
  userId: text,
  anonymousId: text,
  groupId: text,
  previousId: text,
  messageId: text,
  timestamp: z.unknown().optional(),
  originalTimestamp: z.unknown().optional(),
  sentAt: z.unknown().optional(),
  properties: object,
  traits: object,
  context: object,
});
export type RawEvent = z.infer<typeof RawEvent>;
