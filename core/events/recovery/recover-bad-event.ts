import type { BadEvent, BadEventCode, Problem } from "#core/events/bad-event.ts";
import type { Event } from "#core/events/event.ts";
import { isDeeperThan, jsonBytes } from "#core/events/event-size.ts";
import type { KeptSurroundings } from "#core/events/kept-surroundings.ts";
import { unpack } from "#core/events/unpack.ts";
import { wellFormed } from "#core/events/well-formed.ts";
import { isJsonObject, type Json } from "#core/kernel/json.ts";
import { applyRules } from "./apply-rules.ts";
import { type LetIn, type Retried, recoverEvent, surroundingsOf } from "./recover-event.ts";

/** What would become of a bad event if these rules let it in. */
export type Attempt =
  | { readonly kind: "event"; readonly event: Event }
  /** A whole body, unpacked: each of its events by itself, in their order. */
  | { readonly kind: "parts"; readonly parts: readonly Retried[] }
  | { readonly kind: "still_bad"; readonly code: BadEventCode; readonly problems: readonly Problem[] }
  | NotRecoverable;

export interface NotRecoverable {
  readonly kind: "not_recoverable";
  /** Why no rule helps, and what does. */
  readonly why: string;
}

const never = (why: string): NotRecoverable => ({ kind: "not_recoverable", why });

/** Each event of a body becomes an event or a row of its own: beyond this many one call would not end. */
const MOST_PARTS = 10_000;

/** Tries to let a bad event in. Pure, and changes nothing: what is to be done with the attempt is the caller's. */
export function recoverBadEvent(bad: BadEvent, letIn: LetIn): Attempt {
  const hopeless = WHY_NOT[bad.code];
  if (hopeless !== undefined) return never(hopeless);
  const around = bad.around ?? {};
  const sent = payloadOf(bad);
  if (sent === undefined) return never(unreadable(bad));
  if (!isWhole(bad)) {
    const retried = recoverEvent(sent, surroundingsOf(bad.position, around, letIn.ipPolicy), letIn);
    if (retried.kind === "event") return retried;
    const { code, problems } = retried.badEvent;
    return { kind: "still_bad", code, problems };
  }
  if (around.severalKeys === true) {
    return never(
      "each of its events names a write key of its own, and keys are not kept: its sender is to send it again",
    );
  }
  return unpackBody(sent, around, letIn);
}

const WHY_NOT: Readonly<Partial<Record<BadEventCode, string>>> = {
  "event.unknown_key": "its own write key is nobody's, so no source answers for it; its sender needs a key of a source",
  "import.bad_row":
    "its line of the file cannot be read; mend the file and import it again: rows that are in count once",
  "import.bad_mapping":
    "its row cannot be mapped; mend the mapping and import the file again: rows that are in count once",
};

/** Before surroundings were kept, the code alone told. */
const isWhole = ({ code, around }: BadEvent): boolean =>
  around === undefined ? /^(body|batch)\./.test(code) : around.whole === true;

const BYTE_ORDER_MARK = /^\ufeff/;

function payloadOf({ payload }: BadEvent): Json | undefined {
  try {
    return JSON.parse(payload.replace(BYTE_ORDER_MARK, "")) as Json;
  } catch {
    return undefined; // Not JSON: `unreadable` says what it is instead.
  }
}

function unreadable({ code, payload }: BadEvent): string {
  if (payload.startsWith("data:"))
    return "its body is compressed or binary, and cannot be read; its sender is to send it again";
  if (code === "body.not_json") return "its body is not JSON; its sender is to be mended, and to send it again";
  return "it was larger than what is kept of a body, so only its beginning is here; its sender is to send less at once";
}

function unpackBody(body: Json, around: KeptSurroundings, letIn: LetIn): Attempt {
  const { limits } = letIn.admission;
  const { items, sentAt, context } = unpack(body);
  if (items.length > MOST_PARTS) {
    return never(`it holds ${items.length} events; at most ${MOST_PARTS} are let in out of one body`);
  }
  const isLarge = (said: unknown): boolean =>
    isDeeperThan(said, limits.depth) || jsonBytes(said) > limits.batchContextBytes;
  // Written once for each event: what was too large for that still is, unless the rules make it small.
  const said = isLarge(context ?? null) ? contextOf(context, letIn) : context;
  if (isLarge(said ?? null)) {
    const message = `at most ${limits.batchContextBytes} bytes; drop what is large by a rule, such as context.traits`;
    return { kind: "still_bad", code: "batch.large_context", problems: [{ path: "context", message }] };
  }
  const kept = surroundingsOf(0, around, letIn.ipPolicy);
  const shared = {
    ...kept,
    sentAt: sentAt ?? kept.sentAt,
    ...(isJsonObject(said) ? { context: wellFormed(said) } : {}),
  };
  const parts = (items as readonly Json[]).map((item, position) => recoverEvent(item, { ...shared, position }, letIn));
  const first = parts.find((part) => part.kind === "bad");
  if (first === undefined || parts.some((part) => part.kind === "event")) return { kind: "parts", parts };
  const { code, problems } = first.badEvent;
  return { kind: "still_bad", code, problems };
}

/** The context that a batch says for all of its events, mended as an event's own is. */
function contextOf(context: unknown, { rules }: LetIn): Json {
  const mended = applyRules({ context: (context ?? null) as Json }, rules) as { readonly context?: Json };
  return mended.context ?? null;
}
