import { createServer, type IncomingMessage, request as openRequest, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";

/**
 * What becomes of a request on its way. Where `stored`, Tributary gets it and takes it in, and only the answer is lost.
 * `silent` says nothing for as long as gateways bear it, and then hangs up.
 */
export type Fault =
  | {
      readonly kind: "answered";
      readonly status: 429 | 503 | 504;
      readonly retryAfter?: number;
      readonly stored: boolean;
    }
  | { readonly kind: "cut"; readonly stored: boolean }
  | { readonly kind: "silent"; readonly stored: boolean }
  | { readonly kind: "slow"; readonly stored: true };

/** A request that brought events, as the proxy saw it. Times in ms, by one steady clock. */
export interface Delivery {
  readonly path: string;
  readonly arrivedAt: number;
  readonly messageIds: readonly string[];
  /** What was played to it; without one it was passed on. */
  readonly fault?: Fault;
  /** When the sender was answered, or given up. */
  endedAt?: number;
  /** What Tributary answered, where it was asked. */
  status?: number;
}

export interface FaultyProxy {
  readonly url: string;
  /** In the order of their arrival. */
  readonly deliveries: readonly Delivery[];
  /** What else was asked: preflights, settings. */
  readonly others: readonly string[];
  close(): Promise<void>;
}

/** How long `slow` answers take. */
const SLOW_MS = 600;
/** How long `silent` is silent; API Gateway bears it for thirty seconds, which is too long for a test. */
const SILENT_MS = 17_000;

/**
 * Stands between clients and Tributary, and plays each event a script: its first delivery meets the first fault, its
 * second the second, and once the script is over it is passed on. A request meets what the least tried of its events is
 * to meet, so that every event meets the whole script however the client packs them. What brings no events is passed on.
 */
export async function startFaultyProxy(target: string, script: readonly Fault[]): Promise<FaultyProxy> {
  const deliveries: Delivery[] = [];
  const others: string[] = [];
  const met = new Map<string, number>();
  const server = createServer((request, response) => {
    void serve(request, response).catch(() => response.destroy());
  });
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = Buffer.concat(await request.toArray());
    const messageIds = request.method === "POST" ? messageIdsIn(body) : [];
    if (messageIds.length === 0) {
      others.push(`${request.method} ${request.url}`);
      return reply(response, await passOn(target, request, body));
    }
    const fault = script[Math.min(...messageIds.map((id) => met.get(id) ?? 0))];
    for (const id of messageIds) met.set(id, (met.get(id) ?? 0) + 1);
    const delivery: Delivery = {
      path: request.url ?? "",
      arrivedAt: performance.now(),
      messageIds,
      ...(fault === undefined ? {} : { fault }),
    };
    deliveries.push(delivery);
    const answer = fault?.stored === false ? undefined : await passOn(target, request, body);
    if (answer !== undefined) delivery.status = answer.status;
    await play(response, fault, answer);
    delivery.endedAt = performance.now();
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    deliveries,
    others,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

async function play(response: ServerResponse, fault: Fault | undefined, answer: Reply | undefined): Promise<void> {
  switch (fault?.kind) {
    case undefined:
      return answer && reply(response, answer);
    case "answered":
      return reply(response, refusal(fault));
    case "cut":
      return void response.destroy();
    case "silent":
      await sleep(SILENT_MS);
      return void response.destroy();
    case "slow":
      await sleep(SLOW_MS);
      return answer && reply(response, answer);
  }
}

/** As any origin may read it: only what is exposed tells a browser's script how long to wait. */
const READABLE = { "access-control-allow-origin": "*", "access-control-expose-headers": "Retry-After" };

/** In the form of Tributary's own refusals. */
function refusal({ status, retryAfter }: Fault & { readonly kind: "answered" }): Reply {
  const headers: Record<string, string> = { ...READABLE, "content-type": "application/json" };
  if (retryAfter !== undefined) headers["retry-after"] = String(retryAfter);
  const body = JSON.stringify({ code: "test.fault", message: "a fault of the test's own", requestId: "" });
  return { status, headers, body: Buffer.from(body) };
}

/** One request per connection: a browser repeats by itself what is cut off on a connection used before. */
function reply(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, { ...headers, connection: "close" });
  response.end(body);
}

function messageIdsIn(body: Buffer): readonly string[] {
  const text = (body[0] === 0x1f && body[1] === 0x8b ? gunzipSync(body) : body).toString("utf8");
  return [...text.matchAll(/"messageId":"([^"]+)"/g)].map(([, id]) => id ?? "");
}

/** Asks Tributary the very same, the host included: what it says of its own address has to lead here. */
function passOn(target: string, { method, url, headers }: IncomingMessage, body: Buffer): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = openRequest(`${target}${url}`, { method: method ?? "GET", headers }, (answer) => {
      answer
        .toArray()
        .then(
          (chunks) =>
            resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: Buffer.concat(chunks) }),
          reject,
        );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
