import { isJsonObject } from "#core/kernel/json.ts";

/** What a request's body holds, before anything of it is judged. */
export interface Unpacked {
  readonly items: readonly unknown[];
  readonly sentAt?: unknown;
  readonly context?: unknown;
  /** The write key, where the body names one. */
  readonly writeKey?: string;
}

/**
 * Finds the events in a body: a list under `batch` (any route takes one, as clients send them), a bare list, or one
 * event. What stands beside the list (`sentAt`, `context`) is said for all of its events.
 */
export function unpack(body: unknown): Unpacked {
  if (Array.isArray(body)) return { items: body };
  if (!isJsonObject(body)) return { items: [body] };
  const writeKey = typeof body.writeKey === "string" ? { writeKey: body.writeKey } : {};
  if (!Array.isArray(body.batch)) return { items: [body], ...writeKey };
  return { items: body.batch, sentAt: body.sentAt, context: body.context, ...writeKey };
}
