import { digestOf } from "#core/kernel/digest.ts";
import type { EpochMs } from "#core/kernel/time.ts";

/** Why an event could not be used. Stable: people filter and recover by it. */
export type BadEventCode =
  | "event.not_an_object"
  | "event.unknown_type"
  | "event.no_identity"
  | "event.no_name"
  | "event.bad_field"
  | "event.too_large"
  | "event.too_deep"
  | "event.bad_message_id"
  | "event.unknown_key"
  | "event.type_not_allowed"
  | "event.unplanned"
  | "event.plan_violation"
  | "origin.not_allowed"
  | "body.not_json"
  | "body.too_large"
  | "body.bad_gzip"
  | "batch.too_long"
  | "batch.large_context"
  | "import.bad_row"
  | "import.bad_mapping";

export interface Problem {
  /** Where in the payload, dotted; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

/** An event that could not be used, kept as it stood with the reasons: it can be read, counted, mended and let in. */
export interface BadEvent {
  readonly id: string;
  readonly code: BadEventCode;
  readonly problems: readonly Problem[];
  /** The text as it stood; bytes that are no text as a `data:` URL. Cut to `MAX_PAYLOAD` characters only where it was refused for its size. */
  readonly payload: string;
  readonly receivedAt: EpochMs;
  readonly source: string;
  /** Where in a batch (0-based) or a file (row number, 1-based) it stood. */
  readonly position: number;
}

/** 256 Ki characters: what fits, escaped, in one lake record. */
const MAX_PAYLOAD = 262_144;

export function badEvent(made: Omit<BadEvent, "id">): BadEvent {
  // Cutting may halve a surrogate pair, and half a pair is no text that any table takes.
  const payload = made.payload.slice(0, MAX_PAYLOAD).toWellFormed();
  // The id repeats when a client repeats the same refused bytes within one request, and differs between requests.
  const id = digestOf(made.source, String(made.receivedAt), String(made.position), payload);
  return { ...made, payload, id };
}
