import { gunzipSync } from "node:zlib";

export type BodyProblem = "body.too_large" | "body.bad_gzip" | "body.empty";

export interface Sent {
  readonly body?: string | undefined;
  readonly isBase64Encoded: boolean;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** A body that could not be made text of, with as much of it as is worth keeping. */
export interface UnreadBody {
  readonly code: BodyProblem;
  readonly message: string;
  /** The text as it stood; compressed bytes as a `data:` URL. */
  readonly payload: string;
}

/**
 * The text of a request's body. It is inflated if its first bytes say gzip, whatever the headers say: clients label it
 * in many ways, and not at all. Inflating stops at the limit, so a bomb costs no more memory than an honest body.
 */
export function readBody(sent: Sent, maxBytes: number): string | UnreadBody {
  if (sent.body === undefined || sent.body === "") {
    return { code: "body.empty", message: "the request has no body", payload: "" };
  }
  if (!sent.isBase64Encoded) return Buffer.byteLength(sent.body) > maxBytes ? tooLarge(maxBytes, sent.body) : sent.body;
  const bytes = Buffer.from(sent.body, "base64");
  if (!isGzip(bytes)) return readPlain(bytes, saysGzip(sent.headers), maxBytes);
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes }).toString("utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") return tooLarge(maxBytes, dataUrl(bytes));
    return badGzip("the body begins like gzip and cannot be inflated; send it whole, or plain", bytes);
  }
}

/** A proxy that inflates a body may leave the header that says gzip: what looks like JSON is taken for JSON. */
function readPlain(bytes: Buffer, labelledGzip: boolean, maxBytes: number): string | UnreadBody {
  if (bytes.length > maxBytes) return tooLarge(maxBytes, bytes.toString("utf8"));
  const text = bytes.toString("utf8");
  if (!labelledGzip || /^\s*[[{]/.test(text)) return text;
  return badGzip("the headers say gzip and the body is something else; send it compressed, or plain", bytes);
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

const saysGzip = (headers: Sent["headers"]): boolean => /\bgzip\b/i.test(headers["content-encoding"] ?? "");

const tooLarge = (maxBytes: number, payload: string): UnreadBody => ({
  code: "body.too_large",
  message: `a body holds at most ${maxBytes} bytes, inflated; send smaller batches`,
  payload,
});

const badGzip = (message: string, bytes: Buffer): UnreadBody => ({
  code: "body.bad_gzip",
  message,
  payload: dataUrl(bytes),
});

const dataUrl = (bytes: Buffer): string => `data:application/octet-stream;base64,${bytes.toString("base64")}`;
