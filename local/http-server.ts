import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { gatewayEvent } from "./gateway-event.ts";

export type Door = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

export interface HttpServer {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** Takes no more requests, answers those it has, and resolves when the last is answered. */
  close(): Promise<void>;
}

/** API Gateway's own limit on a body. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
/** How long requests that are being answered may take once closing began, in ms. */
const CLOSING_MS = 5_000;

/** Plays API Gateway on the loopback interface: turns requests into events for one door, and answers into responses. */
export async function startHttpServer(door: Door, port: number, host = "127.0.0.1"): Promise<HttpServer> {
  const prefix = randomBytes(6).toString("base64url");
  let count = 0;
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 15_000 }, (request, response) => {
    const requestId = `${prefix}-${(count++).toString(36)}`;
    readAll(request)
      .then((body) => (body === undefined ? tooLarge(requestId) : door(gatewayEvent(request, body, requestId))))
      .then((answer) => send(response, answer))
      .catch(() => response.destroy()); // The sender went away in the middle, or is so slow that it was let go.
  });
  server.on("clientError", answerBrokenRequest);
  server.keepAliveTimeout = 65_000;
  await listen(server, port, host);
  const { port: actual } = server.address() as AddressInfo;
  return { url: `http://${host}:${actual}`, close: () => close(server) };
}

/** The body, or `undefined` where it is too large; what is too large is read to its end and thrown away. */
function readAll(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY_BYTES) chunks.push(chunk);
      else chunks.length = 0;
    });
    request.on("end", () => {
      const [only] = chunks;
      if (size > MAX_BODY_BYTES) resolve(undefined);
      else resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks));
    });
    request.on("error", reject);
    request.on("aborted", () => reject(new Error("the request was cut off")));
  });
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

const tooLarge = (requestId: string): APIGatewayProxyStructuredResultV2 => ({
  statusCode: 413,
  headers: {
    "content-type": "application/json",
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "Retry-After",
  },
  body: JSON.stringify({ code: "body.too_large", message: `a body holds at most ${MAX_BODY_BYTES} bytes`, requestId }),
});

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
