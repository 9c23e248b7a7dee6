/**
 * What lets scripts of any site send: a write key is not a cookie, so any origin may, and none with credentials. Without
 * the exposed header browsers' clients do not see how long they are asked to wait.
 */
export const CORS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "Retry-After",
};

/** What clients are known to send, for a preflight that does not say. */
const USUAL_HEADERS = "authorization, content-type, x-retry-count, x-write-key, anonymousid, sentat";
/** As long as any browser remembers a preflight, in seconds. */
const MAX_AGE = "7200";

/** Header names and what separates them; nothing else is worth echoing. */
const HEADER_NAMES = /^[\w\-, ]{1,1000}$/;

export function preflightHeaders(requested: string | undefined): Record<string, string> {
  const asked = requested !== undefined && HEADER_NAMES.test(requested) ? requested : USUAL_HEADERS;
  return {
    ...CORS,
    "access-control-allow-methods": "GET, POST, OPTIONS",
    "access-control-allow-headers": asked,
    "access-control-max-age": MAX_AGE,
    vary: "Access-Control-Request-Headers",
  };
}
