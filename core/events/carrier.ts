import { type IpPolicy, keptIp } from "./ip-policy.ts";
import type { Trust } from "./source.ts";

/** What the request that brought an event says about the device on which it happened. */
export interface Carrier {
  readonly ip?: string;
  readonly userAgent?: string;
  readonly locale?: string;
  /** Where the browser was when it sent. */
  readonly pageUrl?: string;
}

/** A request as its door saw it. */
export interface CarryingRequest {
  readonly sourceIp?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly acceptLanguage?: string | undefined;
  readonly referer?: string | undefined;
}

/** Longer texts are nobody's browser. */
const MAX_LENGTH = 1_024;

/**
 * Reads the request that carries events. `undefined` where it comes from a server: that machine's address and agent say
 * nothing about the person. What comes with a browser's key or a browser's agent comes from the person's own device.
 */
export function carrierOf(request: CarryingRequest, trust: Trust, policy: IpPolicy): Carrier | undefined {
  const userAgent = short(request.userAgent);
  if (trust !== "browser" && !userAgent?.startsWith("Mozilla/")) return undefined;
  const ip = keptIp(request.sourceIp ?? "", policy);
  const locale = LOCALE.exec(request.acceptLanguage ?? "")?.[0];
  const pageUrl = wholeAddress(short(request.referer));
  return {
    ...(ip === undefined ? {} : { ip }),
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(locale === undefined ? {} : { locale }),
    ...(pageUrl === undefined ? {} : { pageUrl }),
  };
}

/** The first language of a list is the preferred one. */
const LOCALE = /^[a-z]{2,3}(?:-[a-z0-9]{2,8})*/i;

/** To other sites browsers tell only where a page is from, which looks like the address of the first page. */
function wholeAddress(referer: string | undefined): string | undefined {
  const url = referer === undefined ? null : URL.parse(referer);
  return url === null || (url.pathname === "/" && url.search === "") ? undefined : referer;
}

const short = (text: string | undefined): string | undefined =>
  text === undefined || text === "" || text.length > MAX_LENGTH ? undefined : text;
