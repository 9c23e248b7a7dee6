import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { Collected } from "#core/events/collect.flow.ts";
import type { Source } from "#core/events/source.ts";
import { type Headers, type Preflight, preflightHeaders } from "./cors.ts";
import type { Dialect } from "./route.ts";

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
  "batch.large_context": 413,
  "key.missing": 401,
  "key.unknown": 401,
  "key.disabled": 403,
  "origin.not_allowed": 403,
  "rate.limited": 429,
  "service.unavailable": 503,
} as const;
export type CollectCode = keyof typeof STATUS;

/** Why a request is refused, in a code for programs and words for people. */
export interface Refusal {
  readonly code: CollectCode;
  readonly message: string;
  /** In how many seconds the same request may be sent again. */
  readonly retryAfter?: number;
}

/** How long a client is asked to wait while we are in trouble, in seconds. */
const TROUBLE_SECONDS = 5;

const JSON_BODY = { "content-type": "application/json" };

const json = (body: object, headers: Record<string, string> = {}): Answer => ({
  statusCode: 200,
  headers: { ...JSON_BODY, ...headers },
  body: JSON.stringify(body),
});

/** What a client of each kind wants to read. Jitsu's runs the destinations that its answer lists: there are none. */
const THANKS: Readonly<Record<Dialect, object>> = {
  segment: { success: true },
  jitsu: { ok: true, destinations: [] },
};

/** Where a batch has thousands of bad events the first of them tell enough. */
const TOLD_REFUSALS = 100;

/** Exactly 200, with JSON: some clients take 202 or 204 for failure, others want a body to parse. */
export function acceptedAnswer({ accepted, refused }: Collected, dialect: Dialect): Answer {
  const thanks = THANKS[dialect];
  return json(refused.length === 0 ? thanks : { ...thanks, accepted, refused: refused.slice(0, TOLD_REFUSALS) });
}

/** Every error has a code and a message: analytics-python repeats for ever what has none. */
export function refusalAnswer({ code, message, retryAfter }: Refusal, requestId: string): Answer {
  const headers: Record<string, string> = { ...JSON_BODY };
  const seconds = code === "service.unavailable" ? TROUBLE_SECONDS : retryAfter;
  if (seconds !== undefined) headers["retry-after"] = String(seconds);
  return { statusCode: STATUS[code], headers, body: JSON.stringify({ code, message, requestId }) };
}

/** Settings may lie in a cache for five minutes; for everybody's only where the address alone tells whose they are. */
export const settingsAnswer = (settings: object, cache: "public" | "private"): Answer =>
  json(settings, { "cache-control": `${cache}, max-age=300` });

/** A transparent picture of one point, the smallest there is. */
const GIF = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

/** Whatever became of the event: a broken picture would be seen by the reader of a mail, who cannot help it. */
export const pixelAnswer: Answer = {
  statusCode: 200,
  headers: { "content-type": "image/gif", "cache-control": "no-store" },
  body: GIF,
  isBase64Encoded: true,
};

/** An answer that the scripts of those sites may read whom the headers name. */
export const readableBy = (cors: Headers, answer: Answer): Answer => ({
  ...answer,
  headers: { ...answer.headers, ...cors },
});

export const preflightAnswer = (asked: Preflight, source: Source | undefined): Answer => ({
  statusCode: 204,
  headers: preflightHeaders(asked, source),
});
