import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { CarryingRequest } from "#core/events/carrier.ts";
import type { Delivery } from "#core/events/collect.flow.ts";
import { tellingCookies } from "./first-party-cookie.ts";

/** What a request says of its events outside of its body. */
export function saidBeside(event: APIGatewayProxyEventV2): Omit<Delivery, "unpacked" | "type"> {
  const { headers, requestContext } = event;
  const anonymousId = decodedId(headers.anonymousid);
  const request: CarryingRequest = {
    sourceIp: requestContext.http.sourceIp,
    userAgent: headers["user-agent"],
    acceptLanguage: headers["accept-language"],
    referer: headers.referer,
  };
  const cookies = event.cookies === undefined ? [] : tellingCookies(event);
  return {
    request,
    ...(cookies.length === 0 ? {} : { cookies }),
    ...(anonymousId === undefined ? {} : { anonymousId }),
    ...(headers.sentat === undefined ? {} : { sentAt: headers.sentat }),
    ...(headers.origin === undefined ? {} : { origin: headers.origin }),
  };
}

const BASE64 = /^[A-Za-z0-9+/]{1,400}={0,2}$/;

/** RudderStack's browser client says whose batch it is in a header, in base64. */
function decodedId(header: string | undefined): string | undefined {
  if (header === undefined || !BASE64.test(header)) return undefined;
  const text = Buffer.from(header, "base64").toString("utf8");
  return text.includes("\ufffd") || text.trim() === "" ? undefined : text;
}
