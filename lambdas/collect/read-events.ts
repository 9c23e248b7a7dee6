import type { AdmissionLimits } from "#core/events/admission-limits.ts";
import { isDeeperThan, jsonBytes } from "#core/events/event-size.ts";
import { type Unpacked, unpack } from "#core/events/unpack.ts";
import type { CollectCode } from "./answer.ts";
import { readBody, type Sent } from "./read-body.ts";

/** A request none of whose events can be taken, with as much of its body as is worth keeping. */
export interface Unreadable {
  readonly code: CollectCode & `${"body" | "batch"}.${string}`;
  readonly message: string;
  readonly payload: string;
}

/** What a body holds, and why that is of no use where it is not. */
export interface ReadEvents {
  readonly unpacked: Unpacked;
  readonly unreadable?: Unreadable;
}

const NOTHING: Unpacked = { items: [] };

export function readEvents(sent: Sent, limits: AdmissionLimits): ReadEvents {
  const text = readBody(sent, limits.batchBytes);
  if (typeof text !== "string") return { unpacked: NOTHING, unreadable: text };
  const unpacked = unpackText(text);
  const refuse = (code: Unreadable["code"], message: string): ReadEvents => ({
    unpacked: unpacked ?? NOTHING,
    unreadable: { code, message, payload: text },
  });
  if (unpacked === undefined) return refuse("body.not_json", "the body is not JSON");
  if (unpacked.items.length > limits.batchEvents) {
    return refuse("batch.too_long", `a batch holds at most ${limits.batchEvents} events`);
  }
  const { context = null } = unpacked;
  if (isDeeperThan(context, limits.depth) || jsonBytes(context) > limits.batchContextBytes) {
    return refuse("batch.large_context", `the context of a batch holds at most ${limits.batchContextBytes} bytes`);
  }
  return { unpacked };
}

const BYTE_ORDER_MARK = /^\ufeff/;

function unpackText(text: string): Unpacked | undefined {
  try {
    return unpack(JSON.parse(text.replace(BYTE_ORDER_MARK, "")));
  } catch {
    return undefined; // Not JSON: said, with its code, once it is known who sent it.
  }
}
