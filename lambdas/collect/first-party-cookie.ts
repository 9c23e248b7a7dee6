import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { allowsOrigin } from "#core/events/allows-origin.ts";
import type { Senders } from "#core/events/collect.flow.ts";
import {
  cookieText,
  decideCookie,
  type FirstPartyRequest,
  type FirstPartyRule,
  firstPartyRule,
  statedConsent,
} from "#core/events/first-party-id.ts";
import type { Source } from "#core/events/source.ts";
import type { Unpacked } from "#core/events/unpack.ts";
import type { Clock } from "#core/kernel/ports.ts";
import { DAY, SECOND } from "#core/kernel/time.ts";
import type { Answer } from "./answer.ts";

export interface FirstPartyPorts {
  readonly clock: Clock;
  /** 128 random bits, 22 characters of base64url. */
  readonly freshId: () => string;
}

interface Brought {
  readonly event: APIGatewayProxyEventV2;
  readonly from: Senders;
  readonly unpacked: Unpacked;
}

/**
 * The cookies of a request, as far as they may tell whose browser sent it: not against the browser's own opt-out
 * (`Sec-GPC`), and of a picture only where a page of the same site asked for it. A mail's picture is fetched by whoever
 * the mail was handed on to.
 */
export function tellingCookies({ cookies = [], headers, requestContext }: APIGatewayProxyEventV2): readonly string[] {
  if (headers["sec-gpc"] === "1") return [];
  return requestContext.http.method === "GET" && !isOfSameSite(headers) ? [] : cookies;
}

const isOfSameSite = (headers: APIGatewayProxyEventV2["headers"]): boolean =>
  headers["sec-fetch-site"] === "same-origin" || headers["sec-fetch-site"] === "same-site";

/** An answer with the cookies that the request's sources have browsers keep; most have none. */
export function withCookies(ports: FirstPartyPorts, brought: Brought, answer: Answer): Answer {
  const { event, from, unpacked } = brought;
  const sources = [from].flat().filter((source) => source?.firstPartyId !== undefined) as readonly Source[];
  if (sources.length === 0 || unpacked.items.length === 0) return answer;
  if (event.requestContext.http.method === "GET" && !isOfSameSite(event.headers)) return answer;
  const request = { ...wordsOf(event), consents: unpacked.items.map((item) => statedConsent(item, unpacked.context)) };
  const set = sources.map((source) => cookieOf(ports, event, request, source)).filter((named) => named !== undefined);
  return set.length === 0 ? answer : { ...answer, cookies: [...new Map(set).values()] };
}

const wordsOf = ({ cookies = [], headers }: APIGatewayProxyEventV2): Omit<FirstPartyRequest, "consents"> => ({
  cookies,
  userAgent: headers["user-agent"],
  optedOut: headers["sec-gpc"] === "1",
});

type Named = readonly [nameAndDomain: string, header: string];

function cookieOf(
  { clock, freshId }: FirstPartyPorts,
  event: APIGatewayProxyEventV2,
  request: FirstPartyRequest,
  source: Source,
): Named | undefined {
  const rule = firstPartyRule(source);
  if (rule === undefined) return undefined;
  const where = attributes(event, source, rule);
  if (where === undefined) return undefined;
  const decision = decideCookie(request, rule, clock(), freshId);
  if (decision.kind === "leave") return undefined;
  const taken = decision.kind === "take_back";
  const value = taken ? "" : cookieText(decision.value);
  const age = taken ? 0 : (rule.days * DAY) / SECOND;
  return [`${rule.cookie} ${rule.domain ?? ""}`, `${rule.cookie}=${value}; Max-Age=${age}; Path=/; ${where}`];
}

/**
 * Where a cookie holds, or `undefined` where no browser would keep it as the owner's own: on a host outside the rule's
 * domain, or for a page of another site whose origin the source does not name.
 */
function attributes(event: APIGatewayProxyEventV2, source: Source, { domain }: FirstPartyRule): string | undefined {
  const { headers } = event;
  const host = (headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
  if (domain !== undefined && !`.${host}`.endsWith(`.${domain}`)) return undefined;
  const isSecure = (headers["x-forwarded-proto"] ?? "https") === "https";
  const isCrossSite = headers["sec-fetch-site"] === "cross-site";
  if (isCrossSite && !(isSecure && isNamed(source, headers.origin))) return undefined;
  return [
    ...(domain === undefined ? [] : [`Domain=${domain}`]),
    "HttpOnly",
    ...(isSecure ? ["Secure"] : []),
    isCrossSite ? "SameSite=None" : "SameSite=Lax",
  ].join("; ");
}

const isNamed = (source: Source, origin: string | undefined): boolean =>
  source.allowedOrigins !== undefined && origin !== undefined && allowsOrigin(source, origin);
