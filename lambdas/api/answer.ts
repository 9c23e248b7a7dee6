import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { statusOf } from "#contracts/http/rejections.ts";
import type { Rejection } from "#core/kernel/rejection.ts";

export type Answer = APIGatewayProxyStructuredResultV2;

const HEADERS = { "content-type": "application/json", "cache-control": "no-store" } as const;

export const jsonAnswer = (statusCode: number, body: unknown): Answer => ({
  statusCode,
  headers: { ...HEADERS, ...versionTag(body) },
  body: JSON.stringify(body),
});

/** A refusal as every door of the API answers it. The local server uses it too, for what it refuses itself. */
export function refusalAnswer(refused: Rejection, requestId: string, headers: Record<string, string> = {}): Answer {
  const { code, message } = refused;
  const statusCode = statusOf(code);
  const retry = statusCode === 503 ? { "retry-after": "5" } : {};
  const challenge = statusCode === 401 ? { "www-authenticate": "Bearer" } : {};
  return {
    statusCode,
    headers: { ...HEADERS, ...retry, ...challenge, ...headers },
    body: JSON.stringify({ code, message, requestId }),
  };
}

/** What carries a version says it as an entity tag too, so that `If-Match` can name it. */
function versionTag(body: unknown): Record<string, string> {
  const version = typeof body === "object" && body !== null && "version" in body ? body.version : undefined;
  return typeof version === "number" ? { etag: `"${version}"` } : {};
}
