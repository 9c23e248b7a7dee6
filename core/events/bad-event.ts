import { digestOf } from "#core/kernel/digest.ts";
import { isJsonObject } from "#core/kernel/json.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { KeptSurroundings } from "./kept-surroundings.ts";

/** Why an event could not be used. Stable: people filter and recover by it. */
export const BAD_EVENT_CODES = [
  "event.not_an_object",
  "event.unknown_type",
  "event.no_identity",
  "event.no_name",
  "event.bad_field",
  "event.too_large",
  "event.too_deep",
  "event.bad_message_id",
  "event.unknown_key",
  "event.type_not_allowed",
  "event.unplanned",
  "event.plan_violation",
  "origin.not_allowed",
  "body.not_json",
  "body.too_large",
  "body.bad_gzip",
  "batch.too_long",
  "batch.large_context",
  "import.bad_row",
  "import.bad_mapping",
] as const;
export type BadEventCode = (typeof BAD_EVENT_CODES)[number];

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
  /** The text as it stood; bytes that are no text as a `data:` URL. Cut only where it is larger than a lake record holds. */
  readonly payload: string;
  readonly receivedAt: EpochMs;
  readonly source: string;
  /** Where in a batch (0-based) or a file (row number, 1-based) it stood. */
  readonly position: number;
  /** What it calls itself, so that it can be asked for: its event's name, else its type. */
  readonly name?: string;
  /** Absent: kept before surroundings were. */
  readonly around?: KeptSurroundings;
  /** Absent: never let in. */
  readonly recovery?: Recovery;
}

/** That a bad event was let in after all. */
export interface Recovery {
  /** Which time it was, from 1. */
  readonly times: number;
  readonly at: EpochMs;
  /** The message id of the event it became; absent where a whole body became many. */
  readonly as?: string;
}

/** 256 Ki characters of a payload are kept, and no more than this as JSON text, in bytes: what one lake record takes. */
export const MAX_PAYLOAD = 262_144;
const MAX_PAYLOAD_BYTES = 900_000;
/** What a character takes at most as JSON text. */
const MAX_CHARACTER_BYTES = 6;

export function badEvent(made: Omit<BadEvent, "id">): BadEvent {
  const payload = fitting(made.payload);
  // The id repeats when a client repeats the same refused bytes within one request, and differs between requests.
  const id = digestOf(made.source, String(made.receivedAt), String(made.position), payload);
  return { ...made, payload, id };
}

function fitting(text: string): string {
  // Cutting may halve a surrogate pair, and half a pair is no text that any table takes.
  const payload = text.slice(0, MAX_PAYLOAD).toWellFormed();
  if (payload.length * MAX_CHARACTER_BYTES <= MAX_PAYLOAD_BYTES) return payload;
  if (Buffer.byteLength(JSON.stringify(payload)) <= MAX_PAYLOAD_BYTES) return payload;
  return payload.slice(0, Math.floor(MAX_PAYLOAD_BYTES / MAX_CHARACTER_BYTES)).toWellFormed();
}

const MAX_NAME = 200;

/** What an event calls itself, whatever else is wrong with it. */
export function nameIn(sent: unknown): string | undefined {
  if (!isJsonObject(sent)) return undefined;
  const name = [sent.event, sent.type].find((said) => typeof said === "string" && said !== "");
  return typeof name === "string" ? name.slice(0, MAX_NAME).toWellFormed() : undefined;
}
