import type { IncomingMessage } from "node:http";
import type { APIGatewayProxyEventV2 } from "aws-lambda";

/**
 * A request as API Gateway's HTTP API would hand it to a function (payload format 2.0), so that the very handlers that
 * run in Lambda run here. What may be something else than text travels as base64, as it does there.
 */
export function gatewayEvent(request: IncomingMessage, body: Buffer, requestId: string): APIGatewayProxyEventV2 {
  const [rawPath, rawQueryString] = split(request.url ?? "/");
  const method = request.method ?? "GET";
  const headers = headersOf(request);
  const { cookie } = request.headers;
  const isBase64Encoded = !isText(headers) || (body[0] === 0x1f && body[1] === 0x8b);
  const now = Date.now();
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString,
    headers,
    ...(cookie === undefined ? {} : { cookies: cookie.split(/;\s*/) }),
    ...(rawQueryString === ""
      ? {}
      : { queryStringParameters: Object.fromEntries(new URLSearchParams(rawQueryString)) }),
    requestContext: {
      accountId: "local",
      apiId: "local",
      domainName: headers.host ?? "localhost",
      domainPrefix: "local",
      http: {
        method,
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? "",
        userAgent: headers["user-agent"] ?? "",
      },
      requestId,
      routeKey: "$default",
      stage: "$default",
      time: String(now),
      timeEpoch: now,
    },
    isBase64Encoded,
    ...(body.length === 0 ? {} : { body: body.toString(isBase64Encoded ? "base64" : "utf8") }),
  };
}

function split(url: string): readonly [string, string] {
  const mark = url.indexOf("?");
  return mark < 0 ? [url, ""] : [url.slice(0, mark), url.slice(mark + 1)];
}

const TEXT_TYPE = /^(?:text\/|application\/(?:[\w.+-]*\+)?(?:json|xml|javascript)\b)/i;

const isText = (headers: Readonly<Record<string, string>>): boolean =>
  TEXT_TYPE.test(headers["content-type"] ?? "") && /^(?:identity)?$/i.test(headers["content-encoding"] ?? "");

function headersOf(request: IncomingMessage): Record<string, string> {
  // The gateway says by what protocol it was asked; a proxy in front of us knows better.
  const headers: Record<string, string> = { "x-forwarded-proto": "http" };
  for (const [name, value] of Object.entries(request.headers)) {
    // Cookies travel beside the headers, one by one.
    if (value !== undefined && name !== "cookie") headers[name] = Array.isArray(value) ? value.join(",") : value;
  }
  return headers;
}
