import { allowsOrigin } from "#core/events/allows-origin.ts";
import type { Source } from "#core/events/source.ts";

export type Headers = Readonly<Record<string, string>>;

/** Without it browsers' clients do not see how long they are asked to wait. */
const EXPOSED: Headers = { "access-control-expose-headers": "Retry-After" };

/** Scripts of any site may read it, and none with credentials: a write key is not a cookie. */
const CORS: Headers = { ...EXPOSED, "access-control-allow-origin": "*" };

/** For this site, with its credentials: only so may a page send, and keep, the cookie of a first-party id. */
const named = (origin: string): Headers => ({
  ...EXPOSED,
  "access-control-allow-origin": origin,
  "access-control-allow-credentials": "true",
});

/**
 * Who may read an answer about these sources. One that names its origins is answered to them alone, with credentials;
 * one that names none, and a request that is nobody's, to everybody, without.
 */
export function corsHeaders(sources: readonly Source[], origin: string | undefined): Headers {
  const naming = sources.filter(({ allowedOrigins }) => allowedOrigins !== undefined);
  if (naming.length === 0) return CORS;
  if (origin !== undefined && naming.some((source) => allowsOrigin(source, origin))) {
    return { ...named(origin), vary: "Origin" };
  }
  return { ...(naming.length < sources.length ? CORS : EXPOSED), vary: "Origin" };
}

/** What clients are known to send, for a preflight that does not say. */
const USUAL_HEADERS = "authorization, content-type, x-retry-count, x-write-key, anonymousid, sentat";
/** As long as any browser remembers a preflight, in seconds. */
const MAX_AGE = "7200";

/** Header names and what separates them; nothing else is worth echoing. */
const HEADER_NAMES = /^[\w\-, ]{1,1000}$/;
/** An origin as browsers write it, and nothing that could be more than one header. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[\w.:[\]-]{1,255}$|^null$/i;

/** What a browser asks before it sends. */
export interface Preflight {
  readonly origin: string | undefined;
  /** The headers that it wants to send. */
  readonly requested: string | undefined;
}

/**
 * What a preflight is answered. It does not carry the key but where that stands in the address, nor say whether cookies
 * will come along; so where the source is not known any origin may go on, with credentials, and the request itself is
 * held to its source. Allowing that gives nothing away: a page may send a simple request without asking, and what it
 * may read is decided by the headers of the answer.
 */
export function preflightHeaders({ origin, requested }: Preflight, source: Source | undefined): Headers {
  const asked = requested !== undefined && HEADER_NAMES.test(requested) ? requested : USUAL_HEADERS;
  return {
    ...(source === undefined ? anyOrigin(origin) : corsHeaders([source], origin)),
    "access-control-allow-methods": "GET, POST, OPTIONS",
    "access-control-allow-headers": asked,
    "access-control-max-age": MAX_AGE,
    vary: "Origin, Access-Control-Request-Headers",
  };
}

const anyOrigin = (origin: string | undefined): Headers =>
  origin !== undefined && ORIGIN.test(origin) ? named(origin) : CORS;
