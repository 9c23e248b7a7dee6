import { gunzipSync } from "node:zlib";
import { type Rejection, rejection } from "#core/kernel/rejection.ts";

export type BodyProblem = "body.too_large" | "body.bad_gzip" | "body.empty";

interface Sent {
  readonly body?: string | undefined;
  readonly isBase64Encoded: boolean;
}

/**
 * The text of a request's body. It is inflated if its first bytes say gzip, whatever the headers say: clients label it
 * in many ways, and not at all. Inflating stops at the limit, so a bomb costs no more memory than an honest body.
 */
export function readBody(sent: Sent, maxBytes: number): string | Rejection<BodyProblem> {
  if (sent.body === undefined || sent.body === "") return rejection("body.empty", "the request has no body");
  if (!sent.isBase64Encoded) return Buffer.byteLength(sent.body) > maxBytes ? tooLarge(maxBytes) : sent.body;
  const bytes = Buffer.from(sent.body, "base64");
  if (!isGzip(bytes)) return bytes.length > maxBytes ? tooLarge(maxBytes) : bytes.toString("utf8");
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes }).toString("utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") return tooLarge(maxBytes);
    return rejection("body.bad_gzip", "the body begins like gzip and cannot be inflated; send it whole, or plain");
  }
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

const tooLarge = (maxBytes: number): Rejection<BodyProblem> =>
  rejection("body.too_large", `a body holds at most ${maxBytes} bytes, inflated; send smaller batches`);
