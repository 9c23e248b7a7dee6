import type { APIGatewayProxyEventV2 } from "aws-lambda";

/**
 * A request as the viewer made it, where it came through the owner's distribution: to the host they asked, from their own
 * address. The API itself only sees the distribution ask. The distribution writes both headers over whatever a sender
 * claims; who goes around it and claims the host deceives nobody but themselves, because their answer is theirs alone,
 * and an address is what any event may state of itself anyway (`context.ip`).
 */
export function seenThrough(
  event: APIGatewayProxyEventV2,
  collectionDomain: string | undefined,
): APIGatewayProxyEventV2 {
  const { headers, requestContext } = event;
  if (collectionDomain === undefined || headers["x-forwarded-host"] !== collectionDomain) return event;
  const sourceIp = headers["x-viewer-address"] ?? "";
  return {
    ...event,
    headers: { ...headers, host: collectionDomain },
    requestContext: { ...requestContext, http: { ...requestContext.http, sourceIp } },
  };
}
