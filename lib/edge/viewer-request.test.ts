import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { SCRIPT_PATH, SCRIPT_ROOT, SCRIPT_STABLE } from "#contracts/browser-script.ts";

/** As CloudFront hands it over: header names in lower case, each with its value. */
interface EdgeRequest {
  uri: string;
  method: string;
  headers: Record<string, { value: string }>;
}
interface EdgeAnswer extends EdgeRequest {
  readonly statusCode?: number;
  readonly body: { readonly encoding: string; readonly data: string };
}
type Handler = (event: object) => EdgeAnswer;

const code = readFileSync(new URL("./viewer-request.js", import.meta.url), "utf8");
// CloudFront runs the file as it is, in a world with nothing of Node, and calls what it finds under this name.
const handler: Handler = runInNewContext(`${code}\nhandler`, {});

function ask(uri: string, headers: Readonly<Record<string, string>> = {}, method = "POST"): EdgeAnswer {
  const given = Object.entries({ host: "cdp.shop.example", ...headers }).map(([name, value]) => [name, { value }]);
  return handler({
    version: "1.0",
    context: { requestId: "r1", eventType: "viewer-request" },
    viewer: { ip: "198.51.100.23" },
    request: { method, uri, querystring: {}, cookies: {}, headers: Object.fromEntries(given) },
  });
}

describe("at the edge", () => {
  it("says what was asked and by whom, whatever the sender claims", () => {
    const claimed = { "x-forwarded-host": "evil.example", "x-viewer-address": "203.0.113.9" };
    const { headers, statusCode } = ask("/v1/batch", claimed);
    expect(statusCode).toBeUndefined();
    expect(headers["x-forwarded-host"]).toEqual({ value: "cdp.shop.example" });
    expect(headers["x-viewer-address"]).toEqual({ value: "198.51.100.23" });
  });

  it.each([undefined, "0", "1", "3000000", "rubbish"])("lets a body of %s bytes through", (length) => {
    const answer = ask("/v1/batch", length === undefined ? {} : { "content-length": length });
    expect([answer.statusCode, answer.uri]).toEqual([undefined, "/v1/batch"]);
  });

  it("refuses a body that the API would refuse, with a code, a message and leave to read them", () => {
    const refused = ask("/v1/batch", { "content-length": "3000001" });
    expect([refused.statusCode, refused.headers["access-control-allow-origin"]]).toEqual([413, { value: "*" }]);
    expect(JSON.parse(refused.body.data)).toEqual({
      code: "body.too_large",
      message: expect.stringContaining("3000000 bytes"),
      requestId: "r1",
    });
    const { headers } = ask("/v1/batch", { "content-length": "9999999", origin: "https://www.shop.example" });
    expect(headers).toMatchObject({
      "access-control-allow-origin": { value: "https://www.shop.example" },
      "access-control-allow-credentials": { value: "true" },
      "content-type": { value: "application/json" },
      "cache-control": { value: "no-store" },
    });
  });

  it.each(["/api", "/api/", "/api/profiles", "/api/s2", "/api/health"])("does not serve %s", (uri) => {
    const refused = ask(uri, {}, "GET");
    expect([refused.statusCode, JSON.parse(refused.body.data).code]).toEqual([404, "route.unknown"]);
  });

  it.each(["/api/s", "/api/s/track", "/api/s/s2s/batch", "/apis", "/v1/t"])("collects at %s", (uri) => {
    expect([ask(uri).statusCode, ask(uri).uri]).toEqual([undefined, uri]);
  });

  it.each([
    "/analytics.js/v1/KEY/analytics.min.js",
    "/analytics.js/v1/KEY/analytics.js",
    "/analytics.js/KEY/analytics.min.js",
    "/analytics.js/v1/KEY/platform/analytics.min.js",
  ])("leads %s to the one script there is, so that all keys share what is cached", (uri) => {
    expect(uri).toMatch(SCRIPT_PATH);
    expect(ask(uri, {}, "GET").uri).toBe(`${SCRIPT_ROOT}/${SCRIPT_STABLE}/standalone.js`);
  });

  it.each([
    "/analytics.js/v1/KEY/other.js",
    "/analytics.js/v1/analytics.min.js/x",
    "/analytics-next/1.2.3/standalone.js",
  ])("leaves %s as it is", (uri) => {
    expect(uri).not.toMatch(SCRIPT_PATH);
    expect(ask(uri, {}, "GET").uri).toBe(uri);
  });

  it("knows the script's paths as the contract has them", () => {
    expect(code).toContain(`const SCRIPT = ${String(SCRIPT_PATH)};`);
  });

  it("uses nothing that CloudFront's runtime does not have", () => {
    expect(code).not.toMatch(/\bimport\b(?!s)|\brequire\(|\bfetch\(|\?\.|\?\?/);
    expect(Buffer.byteLength(code)).toBeLessThan(10_240);
  });
});
