import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { ApiCode } from "#contracts/http/rejections.ts";
import type { Json } from "#core/kernel/json.ts";
import { type Rejection, rejection } from "#core/kernel/rejection.ts";

/** Deeper than anything that is asked for here; below what could exhaust the stack of what reads it. */
const MAX_DEPTH = 100;

/** The JSON of a request's body. */
export function readJson(
  event: APIGatewayProxyEventV2,
  maxBytes: number,
): { readonly json: Json } | Rejection<ApiCode> {
  const { body } = event;
  if (body === undefined || body === "") return rejection("body.missing", "a JSON body is expected");
  const bytes = event.isBase64Encoded ? Buffer.from(body, "base64") : body;
  if (Buffer.byteLength(bytes) > maxBytes) {
    return rejection("body.too_large", `a body holds at most ${maxBytes} bytes`);
  }
  const json = parse(bytes.toString());
  if (json === undefined) return rejection("body.not_json", "the body is not JSON");
  if (isDeeper(json, MAX_DEPTH)) return rejection("body.too_deep", `the body is nested more than ${MAX_DEPTH} deep`);
  return { json };
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined; // Said by its code: what is not JSON is the asker's mistake, not ours.
  }
}

function isDeeper(value: Json, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth === 0 || Object.values(value).some((item: Json) => isDeeper(item, depth - 1));
}
