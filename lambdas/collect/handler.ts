import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { type CollectPorts, collect, type Delivery, keepRefused, type Senders } from "#core/events/collect.flow.ts";
import type { EventType } from "#core/events/event.ts";
import type { Rates, Sources } from "#core/events/ports.ts";
import { unpack } from "#core/events/unpack.ts";
import {
  type Answer,
  acceptedAnswer,
  pixelAnswer,
  preflightAnswer,
  type Refusal,
  readableBy,
  refusalAnswer,
  settingsAnswer,
} from "./answer.ts";
import { rudderSettings, segmentSettings } from "./client-settings.ts";
import { corsHeaders } from "./cors.ts";
import { saidBeside } from "./delivery.ts";
import { type FirstPartyPorts, withCookies } from "./first-party-cookie.ts";
import { isFromElsewhere, NOT_ALLOWED, preflightSource, rememberedSources } from "./origins.ts";
import { pixelEvent } from "./pixel-event.ts";
import { readEvents, type Unreadable } from "./read-events.ts";
import { type CollectRoute, collectRoute } from "./route.ts";
import { seenThrough } from "./seen-through.ts";
import { isRefusal, NO_KEY, openSource, sendersOf, sourceOf } from "./senders.ts";
import { countPixel, overLimit } from "./within-limits.ts";
import { type Asked, findWriteKeys } from "./write-key.ts";

export interface CollectDoorPorts extends CollectPorts, FirstPartyPorts {
  readonly sources: Sources;
  readonly rates: Rates;
  /** The host of the owner's distribution, where there is one. */
  readonly collectionDomain?: string | undefined;
  /** Tells whoever operates this that the world broke. Never given personal data. */
  readonly onFault: (error: unknown, requestId: string) => void;
}

/** The door through which events come in: an HTTP request in API Gateway's form (version 2.0), from any client. */
export const collectHandler =
  (ports: CollectDoorPorts) =>
  async (sent: APIGatewayProxyEventV2): Promise<Answer> => {
    const event = seenThrough(sent, ports.collectionDomain);
    const { requestId, http } = event.requestContext;
    if (http.method === "OPTIONS") return await answerPreflight(ports, event);
    const route = collectRoute(event.rawPath);
    const sources = rememberedSources(ports.sources);
    const told = (answer: Answer): Answer => readableBy(corsHeaders(sources.found, event.headers.origin), answer);
    if (route === undefined) return told(refusalAnswer(UNKNOWN_ROUTE, requestId));
    try {
      const answer = await answerTo({ ...ports, sources }, event, route);
      return told(isRefusal(answer) ? refusalAnswer(answer, requestId) : answer);
    } catch (error) {
      // Nothing was promised yet: the client keeps the batch and sends it again. A picture asks nobody to.
      ports.onFault(error, requestId);
      return told(route.kind === "pixel" ? pixelAnswer : refusalAnswer(UNAVAILABLE, requestId));
    }
  };

/** Always answered: whom it may be about is told by the request that follows, which a fault of ours must not prevent. */
async function answerPreflight(ports: CollectDoorPorts, event: APIGatewayProxyEventV2): Promise<Answer> {
  const { origin, "access-control-request-headers": requested } = event.headers;
  if (collectRoute(event.rawPath) === undefined) return preflightAnswer({ origin: undefined, requested }, undefined);
  const source = await preflightSource(ports.sources, event).catch((error: unknown) => {
    ports.onFault(error, event.requestContext.requestId);
    return undefined;
  });
  return preflightAnswer({ origin, requested }, source);
}

const UNKNOWN_ROUTE: Refusal = {
  code: "route.unknown",
  message: "nothing is taken in at this path; events go to /v1/batch",
};
const UNAVAILABLE: Refusal = {
  code: "service.unavailable",
  message: "the events could not be stored; send them again",
};

async function answerTo(
  ports: CollectDoorPorts,
  event: APIGatewayProxyEventV2,
  route: CollectRoute,
): Promise<Answer | Refusal> {
  switch (route.kind) {
    case "events":
      return answerEvents(ports, event, route);
    case "pixel":
      return answerPixel(ports, event, route.type);
    case "metrics":
      return answerMetrics(event);
    case "segment_settings":
      return answerSegmentSettings(ports, event, route.writeKey);
    case "rudder_settings":
      return answerRudderSettings(ports, event);
  }
}

function wrongMethod(event: APIGatewayProxyEventV2, ...taken: readonly string[]): Refusal | undefined {
  if (taken.includes(event.requestContext.http.method)) return undefined;
  return { code: "route.method", message: `this path takes ${taken.join(" and ")}` };
}

const asked = (event: APIGatewayProxyEventV2): Asked => ({
  headers: event.headers,
  query: event.queryStringParameters ?? {},
});

async function answerEvents(
  ports: CollectDoorPorts,
  event: APIGatewayProxyEventV2,
  { dialect, type }: CollectRoute & { readonly kind: "events" },
): Promise<Answer | Refusal> {
  const wrong = wrongMethod(event, "POST");
  if (wrong !== undefined) return wrong;
  const { unpacked, unreadable } = readEvents(event, ports.limits);
  const keys = findWriteKeys(asked(event), unpacked);
  // The key may stand in the very part that cannot be read: then that is the trouble.
  if (keys === undefined) return unreadable ?? NO_KEY;
  const from = await sendersOf(ports.sources, keys);
  if (isRefusal(from)) return from;
  const over = await overLimit(ports.rates, from, unreadable === undefined ? unpacked.items.length : 1);
  if (over !== undefined) return over;
  const isElsewhere = isFromElsewhere(from, event);
  const said = { ...saidBeside(event), ...(type === undefined ? {} : { type }) };
  if (unreadable !== undefined) {
    return await keep(ports, from, said, isElsewhere ? { ...unreadable, ...NOT_ALLOWED } : unreadable);
  }
  const collected = await collect(ports, from, { unpacked, ...said });
  return isElsewhere ? NOT_ALLOWED : withCookies(ports, { event, from, unpacked }, acceptedAnswer(collected, dialect));
}

/** Refuses a whole request, and keeps what it brought. */
async function keep(
  ports: CollectPorts,
  from: Senders,
  said: Omit<Delivery, "unpacked">,
  { code, message, payload }: Unreadable | (typeof NOT_ALLOWED & { readonly payload: string }),
): Promise<Refusal> {
  if (code !== "body.empty") await keepRefused(ports, from, said, { code, message, payload });
  return { code, message };
}

/** A pixel is fetched by GET; whatever else asks for it is answered and changes nothing. */
async function answerPixel(ports: CollectDoorPorts, event: APIGatewayProxyEventV2, type: EventType): Promise<Answer> {
  if (event.requestContext.http.method !== "GET") return pixelAnswer;
  const unpacked = unpack(pixelEvent(event.queryStringParameters ?? {}));
  const keys = findWriteKeys(asked(event), unpacked);
  const from = keys === undefined ? NO_KEY : await sendersOf(ports.sources, keys);
  if (isRefusal(from)) return pixelAnswer;
  await countPixel(ports.rates, from);
  await collect(ports, from, { unpacked, type, ...saidBeside(event) });
  return isFromElsewhere(from, event) ? pixelAnswer : withCookies(ports, { event, from, unpacked }, pixelAnswer);
}

const answerMetrics = (event: APIGatewayProxyEventV2): Answer | Refusal =>
  wrongMethod(event, "POST") ?? acceptedAnswer({ accepted: 0, refused: [] }, "segment");

async function answerSegmentSettings(
  ports: CollectDoorPorts,
  event: APIGatewayProxyEventV2,
  writeKey: string,
): Promise<Answer | Refusal> {
  const wrong = wrongMethod(event, "GET", "HEAD");
  if (wrong !== undefined) return wrong;
  const source = await openSource(ports.sources, writeKey);
  if (isRefusal(source)) return source;
  return isFromElsewhere(source, event)
    ? NOT_ALLOWED
    : settingsAnswer(segmentSettings(event, source, writeKey), "public");
}

/** A source that is switched off is told of, as switched off: RudderStack's client then sends nothing. */
async function answerRudderSettings(ports: CollectDoorPorts, event: APIGatewayProxyEventV2): Promise<Answer | Refusal> {
  const wrong = wrongMethod(event, "GET", "HEAD");
  if (wrong !== undefined) return wrong;
  const keys = findWriteKeys(asked(event), { items: [] });
  if (keys?.kind !== "one") return NO_KEY;
  const source = await sourceOf(ports.sources, keys.key);
  if (isRefusal(source)) return source;
  if (isFromElsewhere(source, event)) return NOT_ALLOWED;
  return settingsAnswer(rudderSettings(source, keys.key, ports.clock()), "private");
}
