import { isJsonObject, type Json, type JsonObject } from "#core/kernel/json.ts";
import type { Problem } from "./bad-event.ts";
import type { EventType } from "./event.ts";
import type { RawEvent } from "./raw-event.ts";

/**
 * Reads an event as the schema `RawEvent` does, by hand: this is the one reading that every single event pays for, and
 * the schema's unions take longer than all of the rest of admission. A test holds the two against each other. `type` is
 * the event's own or its route's, made out before.
 */
export function readRawEvent(sent: JsonObject, type: EventType): RawEvent | readonly Problem[] {
  const problems: Problem[] = [];
  const raw: RawEvent = {
    type,
    event: text(sent.event, "event", problems),
    name: text(sent.name, "name", problems),
    userId: text(sent.userId, "userId", problems),
    anonymousId: text(sent.anonymousId, "anonymousId", problems),
    groupId: text(sent.groupId, "groupId", problems),
    previousId: text(sent.previousId, "previousId", problems),
    messageId: text(sent.messageId, "messageId", problems),
    timestamp: sent.timestamp,
    originalTimestamp: sent.originalTimestamp,
    sentAt: sent.sentAt,
    properties: object(sent.properties, "properties", problems),
    traits: object(sent.traits, "traits", problems),
    context: object(sent.context, "context", problems),
  };
  return problems.length === 0 ? raw : problems;
}

// Clients write null for "nothing" and numbers for ids; both mean what they look like.
function text(value: Json | undefined, path: string, problems: Problem[]): string | undefined {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  problems.push({ path, message: "text is expected" });
  return undefined;
}

// What was read from JSON text needs no second walk through its depths.
function object(value: Json | undefined, path: string, problems: Problem[]): JsonObject | undefined {
  if (value === undefined || value === null) return undefined;
  if (isJsonObject(value)) return value;
  problems.push({ path, message: "an object is expected" });
  return undefined;
}
