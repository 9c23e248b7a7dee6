import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { type CollectPorts, collect, keepRefused } from "#core/events/collect.flow.ts";
import type { Sources } from "#core/events/ports.ts";
import type { Source } from "#core/events/source.ts";
import { type Unpacked, unpack } from "#core/events/unpack.ts";
import { isRejection } from "#core/kernel/rejection.ts";
import { type Answer, acceptedAnswer, type CollectCode, preflightAnswer, refusalAnswer } from "./answer.ts";
import { readBody } from "./read-body.ts";
import { collectRoute } from "./route.ts";
import { findWriteKey } from "./write-key.ts";

export interface CollectDoorPorts extends CollectPorts {
  readonly sources: Sources;
  /** Tells whoever operates this that the world broke. Never given personal data. */
  readonly onFault: (error: unknown, requestId: string) => void;
}

/** The door through which events come in: an HTTP request in API Gateway's form (version 2.0), from any client. */
export const collectHandler =
  (ports: CollectDoorPorts) =>
  async (event: APIGatewayProxyEventV2): Promise<Answer> => {
    const { requestId, http } = event.requestContext;
    if (http.method === "OPTIONS") return preflightAnswer(event.headers["access-control-request-headers"]);
    try {
      return await takeIn(ports, event);
    } catch (error) {
      // Nothing was promised yet: the client keeps the batch and sends it again.
      ports.onFault(error, requestId);
      return refusalAnswer("service.unavailable", "the events could not be stored; send them again", requestId);
    }
  };

async function takeIn(ports: CollectDoorPorts, event: APIGatewayProxyEventV2): Promise<Answer> {
  const { requestId, http } = event.requestContext;
  const refuse = (code: CollectCode, message: string): Answer => refusalAnswer(code, message, requestId);
  const route = collectRoute(event.rawPath);
  if (route === undefined) return refuse("route.unknown", "nothing is taken in at this path; events go to /v1/batch");
  if (http.method !== "POST") return refuse("route.method", "events are sent by POST");
  if (route.kind === "metrics") return acceptedAnswer({ accepted: 0, refused: [] });
  const { limits } = ports;
  const text = readBody(event, limits.batchBytes);
  const unpacked = isRejection(text) ? NOTHING : unpackText(text);
  const source = await askingSource(ports.sources, event, unpacked ?? NOTHING);
  if ("code" in source) return refuse(source.code, source.message);
  if (isRejection(text)) return refuse(text.code as CollectCode, text.message);
  if (unpacked === undefined) return refuseWhole(ports, source, text, "body.not_json", requestId);
  if (unpacked.items.length > limits.batchEvents) return refuseWhole(ports, source, text, "batch.too_long", requestId);
  return acceptedAnswer(await collect(ports, source, unpacked, route.type));
}

const NOTHING: Unpacked = { items: [] };

function unpackText(text: string): Unpacked | undefined {
  try {
    return unpack(JSON.parse(text));
  } catch {
    return undefined; // Not JSON: said, with its code, once it is known who sent it.
  }
}

type Unwelcome = { readonly code: CollectCode; readonly message: string };

async function askingSource(
  sources: Sources,
  event: APIGatewayProxyEventV2,
  unpacked: Unpacked,
): Promise<Source | Unwelcome> {
  const writeKey = findWriteKey({ headers: event.headers, query: event.queryStringParameters ?? {} }, unpacked);
  if (writeKey === undefined) {
    return { code: "key.missing", message: "no write key; send it as the user of HTTP Basic authentication" };
  }
  const source = await sources.byWriteKey(writeKey);
  if (source === undefined) return { code: "key.unknown", message: "no source has this write key" };
  if (!source.enabled) return { code: "key.disabled", message: "the source of this write key is switched off" };
  return source;
}

const WHY = {
  "body.not_json": "the body is not JSON",
  "batch.too_long": "the batch holds too many events",
} as const;

async function refuseWhole(
  ports: CollectPorts,
  source: Source,
  payload: string,
  code: keyof typeof WHY,
  requestId: string,
): Promise<Answer> {
  await keepRefused(ports, source, { code, message: WHY[code], payload });
  return refusalAnswer(code, WHY[code], requestId);
}
