import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { localRates } from "#adapters/local/local-rates.ts";
import { memorySources } from "#adapters/memory/sources.ts";
import { type AdmissionLimits, defaultAdmissionLimits } from "#core/events/admission-limits.ts";
import type { BadEvent } from "#core/events/bad-event.ts";
import type { Event } from "#core/events/event.ts";
import type { IpPolicy } from "#core/events/ip-policy.ts";
import type { IntakeBatch, Rates } from "#core/events/ports.ts";
import type { Source } from "#core/events/source.ts";
import { keptWriteKey } from "#core/events/write-key-hash.ts";
import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import { normaliserFor } from "#core/identity/normalise.ts";
import { collectHandler } from "#lambdas/collect/handler.ts";

export const NOW = Date.parse("2026-11-02T10:00:00.000Z");
const normalise = normaliserFor(defaultIdentityRules);

const source = (id: string, more: Partial<Source> = {}): Source => ({
  id,
  name: `The ${id}`,
  kind: "server",
  trust: "server",
  enabled: true,
  keys: [keptWriteKey(`${id}-key`, 0)],
  ...more,
});

/** The key of each is its name and `-key`. */
const SOURCES = [
  source("shop"),
  source("site", { kind: "browser", trust: "browser" }),
  source("closed", { enabled: false }),
  source("slow", { rateLimit: { eventsPerSecond: 2, burst: 10 } }),
  source("slower", { rateLimit: { eventsPerSecond: 0.01, burst: 10 } }),
  source("named", {
    kind: "browser",
    trust: "browser",
    allowedOrigins: ["https://shop.example", "https://*.shop.example"],
  }),
  source("first", { kind: "browser", trust: "browser", firstPartyId: { cookie: "tributary_id", days: 300 } }),
  source("second", { kind: "browser", trust: "browser", firstPartyId: { cookie: "tributary_id", days: 300 } }),
  source("wide", {
    kind: "browser",
    trust: "browser",
    allowedOrigins: ["https://www.shop.example", "https://shop.test"],
    firstPartyId: { cookie: "shop_id", domain: "shop.example", days: 30 },
  }),
  source("backend", { firstPartyId: { cookie: "tributary_id", days: 300 } }),
  source("tracks", { allowedTypes: ["track"] }),
  source("locked", { kind: "browser", trust: "browser", allowedOrigins: [] }),
];

/** A request as it is sent; whatever is left out is as usual. */
export interface Request {
  readonly method?: string;
  /** With its query. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it is, bytes in base64, anything else as JSON. */
  readonly body?: unknown;
  readonly ip?: string;
  /** Each `name=value`, as the gateway hands them over. */
  readonly cookies?: readonly string[];
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly cookies: readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: a test reads answers as a person does, and its expectations say what they hold
  readonly body: any;
}

/** The collector with ports that record, in one list, what they were asked for. */
export interface CollectWorld {
  readonly log: readonly (readonly [port: string, asked: unknown])[];
  ask(request: Request): Promise<Answered>;
  /** Forgets what was recorded and taken in. */
  forget(): void;
  /** The handler itself, for a server in front of it. */
  readonly door: ReturnType<typeof collectHandler>;
  /** What was taken in since the last call. */
  taken(): { readonly events: readonly Event[]; readonly badEvents: readonly BadEvent[] };
}

export interface CollectWorldOptions {
  readonly limits?: Partial<AdmissionLimits>;
  readonly ipPolicy?: IpPolicy;
  readonly collectionDomain?: string;
  /** What breaks: the port throws this. */
  readonly broken?: { readonly intake?: Error; readonly sources?: Error };
}

export function collectWorld(options: CollectWorldOptions = {}): CollectWorld {
  const log: [string, unknown][] = [];
  const batches: IntakeBatch[] = [];
  const known = memorySources(SOURCES);
  const handler = collectHandler({
    sources: {
      byWriteKey: async (key) => {
        log.push(["sources.byWriteKey", key]);
        if (options.broken?.sources !== undefined) throw options.broken.sources;
        return known.byWriteKey(key);
      },
    },
    rates: recordedRates(log),
    intake: {
      append: async (batch) => {
        log.push(["intake.append", batch]);
        if (options.broken?.intake !== undefined) throw options.broken.intake;
        batches.push(batch);
      },
    },
    clock: () => NOW,
    limits: { ...defaultAdmissionLimits, ...options.limits },
    normalise,
    freshId: recordedIds(log),
    collectionDomain: options.collectionDomain,
    plans: { checkOf: async () => undefined },
    ...(options.ipPolicy === undefined ? {} : { ipPolicy: options.ipPolicy }),
    onFault: (error) => void log.push(["onFault", error]),
  });
  return {
    log,
    door: handler,
    forget: () => {
      log.length = 0;
      batches.length = 0;
    },
    ask: async (request) => {
      const {
        statusCode = 0,
        headers = {},
        body = "",
        cookies = [],
        isBase64Encoded,
      } = await handler(gatewayRequest(request));
      const isJson = headers["content-type"] === "application/json";
      const text = isBase64Encoded ? Buffer.from(body, "base64").toString("latin1") : body;
      return { status: statusCode, headers, cookies, text, body: isJson ? JSON.parse(body) : undefined };
    },
    taken: () => {
      const since = batches.splice(0);
      return { events: since.flatMap(({ events }) => events), badEvents: since.flatMap(({ badEvents }) => badEvents) };
    },
  };
}

/** Ids of the form of the real ones, one after the other. */
function recordedIds(log: [string, unknown][]): () => string {
  let made = 0;
  return () => {
    const id = `fresh${String(++made).padStart(17, "0")}`;
    log.push(["freshId", id]);
    return id;
  };
}

function recordedRates(log: [string, unknown][]): Rates {
  const rates = localRates(() => NOW);
  return {
    take: (source, limit, events) => {
      log.push(["rates.take", { source, events }]);
      return rates.take(source, limit, events);
    },
    putBack: (source, limit, events) => {
      log.push(["rates.putBack", { source, events }]);
      rates.putBack(source, limit, events);
    },
  };
}

export const basic = (user: string): string => `Basic ${Buffer.from(user).toString("base64")}`;

/** By default: a batch of nothing, with the shop's key. */
function gatewayRequest(request: Request): APIGatewayProxyEventV2 {
  const { method = "POST", path = "/v1/batch", headers = { authorization: basic("shop-key:") } } = request;
  const { body, ip = "198.51.100.23", cookies } = request;
  const [rawPath = "", rawQueryString = ""] = path.split(/\?(.*)/s, 2);
  const isBase64Encoded = body instanceof Uint8Array;
  const text = isBase64Encoded
    ? Buffer.from(body).toString("base64")
    : typeof body === "string" || body === undefined
      ? body
      : JSON.stringify(body);
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    ...(rawQueryString === ""
      ? {}
      : { queryStringParameters: Object.fromEntries(new URLSearchParams(rawQueryString)) }),
    ...(cookies === undefined ? {} : { cookies: [...cookies] }),
    requestContext: {
      accountId: "local",
      apiId: "local",
      domainName: "collect.example",
      domainPrefix: "collect",
      http: { method, path: rawPath, protocol: "HTTP/1.1", sourceIp: ip, userAgent: headers["user-agent"] ?? "" },
      requestId: "request-1",
      routeKey: "$default",
      stage: "$default",
      time: "",
      timeEpoch: NOW,
    },
    isBase64Encoded,
    ...(text === undefined ? {} : { body: text }),
  };
}

/** Sends one request to a world of its own. */
export async function sent(request: Request, options: CollectWorldOptions = {}) {
  const world = collectWorld(options);
  const answer = await world.ask(request);
  return { ...answer, ...world.taken(), log: world.log };
}
