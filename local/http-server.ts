import { randomBytes } from "node:crypto";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { isApiPath } from "#contracts/http/routes.ts";
import { Gate } from "./gate.ts";
import { gatewayEvent } from "./gateway-event.ts";
import { limitConnections } from "./limit-connections.ts";
import { receiveBody } from "./receive-body.ts";
import { BEHIND, CROWDED, declaredBytes, REFUSALS, refuseEarly } from "./refuse-early.ts";
import { defaultServerLimits, type ServerLimits } from "./server-limits.ts";
import type { Visit } from "./visit.ts";

export type Door = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

export interface HttpServer {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** Takes no more requests, answers those it has, and resolves when the last is answered. */
  close(): Promise<void>;
}

/** How long requests that are being answered may take once closing began, in ms. */
const CLOSING_MS = 5_000;
/** How often slow senders are looked for, in ms. */
const SWEEP_MS = 1_000;
const TIMES = { requestTimeout: 30_000, headersTimeout: 15_000, connectionsCheckingInterval: 2_000 };
/** What Node would refuse without a word is asked of the door, which has words. */
const OPTIONS: ServerOptions = { ...TIMES, requireHostHeader: false };

export interface HttpServerOptions {
  readonly host?: string;
  readonly limits?: ServerLimits;
  /** Whether so much waits to be processed, or so little disk is left, that nothing more should come in. */
  readonly isBehind?: () => boolean;
  /** By which it is told who has been sending for how long, in ms; steady. */
  readonly now?: () => number;
}

/** Plays API Gateway on the loopback interface: turns requests into events for one door, and answers into responses. */
export async function startHttpServer(door: Door, port: number, options: HttpServerOptions = {}): Promise<HttpServer> {
  const { host = "127.0.0.1", limits = defaultServerLimits, isBehind = () => false } = options;
  const gates = {
    collect: new Gate(limits.collect, limits.slowest, options.now),
    api: new Gate(limits.api, limits.slowest, options.now),
  };
  const answerOne = answering(door, gates, limits.bodyBytes, isBehind);
  const serve: RequestListener = (request, response) => {
    // The sender went away in the middle, or is so slow that it was let go.
    answerOne(request, response).catch(() => response.destroy());
  };
  const server = createServer(OPTIONS, serve);
  server.on("checkExpectation", serve);
  server.on("clientError", answerBrokenRequest);
  server.keepAliveTimeout = 65_000;
  limitConnections(server, limits.connections);
  const sweeping = setInterval(() => {
    gates.collect.sweep();
    gates.api.sweep();
  }, SWEEP_MS).unref();
  server.once("close", () => clearInterval(sweeping));
  await listen(server, port, host);
  const { port: actual } = server.address() as AddressInfo;
  return { url: `http://${host}:${actual}`, close: () => close(server) };
}

interface Gates {
  readonly collect: Gate;
  readonly api: Gate;
}

type AnswerOne = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Who manages has a gate of their own, and is served while events are refused. */
function answering(door: Door, gates: Gates, bodyBytes: number, isBehind: () => boolean): AnswerOne {
  const prefix = randomBytes(6).toString("base64url");
  let count = 0;
  return async (request, response) => {
    const requestId = `${prefix}-${(count++).toString(36)}`;
    const isManagement = isApiPath(pathOf(request));
    if (!isManagement && isBehind()) return refuseEarly(request, response, BEHIND, requestId);
    const visit = admitted(isManagement ? gates.api : gates.collect, request, bodyBytes);
    if (visit === undefined) return refuseEarly(request, response, CROWDED, requestId);
    try {
      const received = await receiveBody(request, visit, bodyBytes);
      if (received.kind !== "body") return refuseEarly(request, response, REFUSALS[received.kind], requestId);
      send(response, await door(gatewayEvent(request, received.body, requestId)));
    } finally {
      visit.leave();
    }
  };
}

const pathOf = ({ url = "/" }: IncomingMessage): string => {
  const mark = url.indexOf("?");
  return mark < 0 ? url : url.slice(0, mark);
};

/** What is too large anyway is thrown away as it comes, and so needs no room. */
function admitted(gate: Gate, request: IncomingMessage, bodyBytes: number): Visit | undefined {
  const bytes = declaredBytes(request) ?? 0;
  return gate.admit(bytes > bodyBytes ? 0 : bytes);
}

function send(response: ServerResponse, answer: APIGatewayProxyStructuredResultV2): void {
  const { statusCode = 200, headers, cookies, body = "", isBase64Encoded } = answer;
  // Text leaves in one piece with the head before it; bytes would be a second one.
  const content = isBase64Encoded ? Buffer.from(body, "base64") : body;
  const head = { ...(headers as Record<string, string>), "content-length": Buffer.byteLength(content) };
  response.writeHead(statusCode, cookies === undefined ? head : { ...head, "set-cookie": cookies });
  response.end(content);
}

/** What Node refuses before there is a request, by its code: refused here in the words of every other refusal. */
const BROKEN: Readonly<Record<string, readonly [status: string, code: string, message: string]>> = {
  HPE_HEADER_OVERFLOW: ["431 Request Header Fields Too Large", "request.large_headers", "the headers are too large"],
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "request.too_slow", "the request took too long to arrive"],
};
const MALFORMED = ["400 Bad Request", "request.malformed", "this is not an HTTP request"] as const;

function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, message] = BROKEN[error.code ?? ""] ?? MALFORMED;
  const body = JSON.stringify({ code, message, requestId: "" });
  const headers = `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close`;
  socket.end(`HTTP/1.1 ${status}\r\n${headers}\r\n\r\n${body}`);
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), CLOSING_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
