import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { Collected } from "#core/events/collect.flow.ts";

export type Answer = APIGatewayProxyStructuredResultV2;

/** Codes a sender can be refused with, and the status of each. A 4xx makes every client drop the batch for good. */
const STATUS = {
  "route.unknown": 404,
  "route.method": 405,
  "body.empty": 400,
  "body.not_json": 400,
  "body.bad_gzip": 400,
  "body.too_large": 413,
  "batch.too_long": 413,
  "key.missing": 401,
  "key.unknown": 401,
  "key.disabled": 403,
  "service.unavailable": 503,
} as const;
export type CollectCode = keyof typeof STATUS;

const CORS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "Retry-After",
};
const JSON_BODY = { ...CORS, "content-type": "application/json" };

/** Exactly 200, with JSON: some clients take 202 or 204 for failure, others want a body to parse. */
const ACCEPTED: Answer = { statusCode: 200, headers: JSON_BODY, body: '{"success":true}' };

export function acceptedAnswer(collected: Collected): Answer {
  if (collected.refused.length === 0) return ACCEPTED;
  const { accepted, refused } = collected;
  return { ...ACCEPTED, body: JSON.stringify({ success: true, accepted, refused: refused.slice(0, 100) }) };
}

/** Every error has a code and a message: analytics-python repeats for ever what has none. */
export function refusalAnswer(code: CollectCode, message: string, requestId: string): Answer {
  const retry = code === "service.unavailable" ? { "retry-after": "5" } : {};
  const body = JSON.stringify({ code, message, requestId });
  return { statusCode: STATUS[code], headers: { ...JSON_BODY, ...retry }, body };
}

export function preflightAnswer(requested: string | undefined): Answer {
  return {
    statusCode: 204,
    headers: {
      ...CORS,
      "access-control-allow-methods": "POST, GET, OPTIONS",
      "access-control-allow-headers": requested ?? "authorization, content-type",
      "access-control-max-age": "7200",
    },
  };
}
