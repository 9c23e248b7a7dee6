import type { IncomingMessage, ServerResponse } from "node:http";

/** Why a request is refused before anybody looked into it. */
export type EarlyCode = "service.overloaded" | "request.too_slow" | "body.too_large";

const STATUS: Readonly<Record<EarlyCode, number>> = {
  "service.overloaded": 429,
  "request.too_slow": 408,
  "body.too_large": 413,
};

export interface EarlyRefusal {
  readonly code: EarlyCode;
  readonly message: string;
}

export const CROWDED: EarlyRefusal = {
  code: "service.overloaded",
  message: "more comes in at once than can be held; send the same again after Retry-After seconds",
};
export const BEHIND: EarlyRefusal = {
  code: "service.overloaded",
  message: "what came in waits to be processed, or the disk is full; send the same again after Retry-After seconds",
};
/** What a body that could not be received is refused with. */
export const REFUSALS = {
  overloaded: CROWDED,
  too_slow: { code: "request.too_slow", message: "the request took too long to arrive; send it again, faster" },
  too_large: { code: "body.too_large", message: "a body holds at most 10 MiB; send smaller batches" },
} as const satisfies Readonly<Record<string, EarlyRefusal>>;

/** From 1 to so many: those who are sent away together do not come back together. */
const RETRY_SECONDS = 5;
/** A body up to this size is waited for and thrown away, so that its connection can go on. */
const SHORT_BYTES = 64 * 1024;
/** How long the rest of a longer one is read, so that its sender gets to see the answer before the line is cut, in ms. */
const LINGER_MS = 1_000;

/**
 * Answers without waiting for the body. Where that is short or was all there, the connection stays; otherwise it is
 * closed, once the sender had a moment to read the answer.
 */
export function refuseEarly(
  request: IncomingMessage,
  response: ServerResponse,
  { code, message }: EarlyRefusal,
  requestId: string,
): void {
  const text = JSON.stringify({ code, message, requestId });
  const stays = request.complete || (declaredBytes(request) ?? Number.POSITIVE_INFINITY) <= SHORT_BYTES;
  const headers = {
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(text)),
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "Retry-After",
    ...(code === "service.overloaded" ? { "retry-after": String(1 + Math.floor(Math.random() * RETRY_SECONDS)) } : {}),
    ...(stays ? {} : { connection: "close" }),
  };
  response.writeHead(STATUS[code], headers);
  request.resume();
  if (stays) {
    response.end(text);
    return;
  }
  // Ending it cuts the line: that it is complete the sender knows by its length.
  response.write(text);
  const end = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, LINGER_MS);
  request.once("end", end).once("close", end);
}

/** What a request says of its body's size; `undefined` where the body comes in pieces, of unsaid number. */
export function declaredBytes({ headers }: IncomingMessage): number | undefined {
  const stated = headers["content-length"];
  if (stated !== undefined) return Number(stated);
  return headers["transfer-encoding"] === undefined ? 0 : undefined;
}
