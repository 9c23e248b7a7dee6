// Runs inside CloudFront before everything else, on every request to the collection domain (CloudFront Functions,
// runtime 2.0: no imports, no body, less than a millisecond).

/**
 * Up to here every body reaches the collector, whatever is in it: as base64 it grows by a third, as text at most twofold,
 * and a function is handed 6 MB. What is longer the gateway would refuse in words that no client understands.
 */
const MAX_BODY_BYTES = 3000000;

/** As Segment's snippet asks for its script, and as people shorten it. The key in it changes nothing. */
const SCRIPT = /^\/analytics\.js\/(?:v1\/)?[^/]+\/(?:platform\/)?analytics(?:\.min)?\.js$/;

// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it by this name
function handler(event) /* oxlint-disable-line no-unused-vars -- CloudFront calls it by this name */ {
  const request = event.request;
  const headers = request.headers;
  const length = headers["content-length"] === undefined ? 0 : Number(headers["content-length"].value);
  if (length > MAX_BODY_BYTES) {
    const message = `a body holds at most ${MAX_BODY_BYTES} bytes; send smaller batches`;
    return refusal(event, 413, "Payload Too Large", "body.too_large", message);
  }
  // The management API is not for this host. `/api/s` is where Jitsu's clients send events.
  if (/^\/api(?:\/(?!s(?:\/|$))|$)/.test(request.uri)) {
    return refusal(
      event,
      404,
      "Not Found",
      "route.unknown",
      "nothing is taken in at this path; events go to /v1/batch",
    );
  }
  // Whatever a sender claims of these is overwritten: the collector believes them of this host.
  headers["x-forwarded-host"] = { value: headers.host.value };
  headers["x-viewer-address"] = { value: event.viewer.ip };
  if (SCRIPT.test(request.uri)) request.uri = "/analytics-next/stable/standalone.js";
  return request;
}

/** With a code and a message, as every client wants it, and readable to the page that asked: it says nothing of anybody. */
function refusal(event, statusCode, statusDescription, code, message) {
  const origin = event.request.headers.origin;
  const headers = {
    "content-type": { value: "application/json" },
    "cache-control": { value: "no-store" },
    "access-control-allow-origin": { value: origin === undefined ? "*" : origin.value },
    vary: { value: "Origin" },
  };
  // A client that sends cookies may read no answer without this, and would send again what it cannot read was refused.
  if (origin !== undefined) headers["access-control-allow-credentials"] = { value: "true" };
  const body = JSON.stringify({ code, message, requestId: event.context.requestId });
  return { statusCode, statusDescription, headers, body: { encoding: "text", data: body } };
}
