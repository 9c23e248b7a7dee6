import { gzipSync } from "node:zlib";
import { basic, type Request } from "#test/support/collect-world.ts";

const SENT_AT = "2026-11-02T09:59:59.500Z";
const CHROME =
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36";

/** A request in the form in which a client sends it. */
export interface CapturedRequest {
  readonly client: string;
  readonly request: Request;
}

const events = (nth: number): readonly object[] => [
  {
    type: "identify",
    userId: "u1",
    messageId: `i-${nth}`,
    timestamp: "2026-11-02T09:59:58.000Z",
    traits: { email: "ana@example.org", plan: null, address: { city: "Lyon" } },
    context: { library: { name: "analytics-node", version: "3.1.0" } },
    integrations: {},
  },
  {
    type: "track",
    event: "Order Completed",
    userId: 17,
    anonymousId: "a1",
    messageId: `t-${nth}`,
    originalTimestamp: "2026-11-02T10:59:58+01:00",
    sentAt: SENT_AT,
    properties: { revenue: 49.9, currency: "EUR", products: [{ sku: "tasse", price: 12.5 }, null] },
    context: {
      userAgent: CHROME,
      page: { url: "https://shop.example/a?utm_source=mail&gclid=g1", referrer: "https://www.google.com/" },
      consent: { categoryPreferences: { marketing: true } },
    },
  },
  { type: "page", anonymousId: "a1", messageId: `p-${nth}`, name: "Home", properties: { path: "/", title: "Accueil" } },
  { type: "group", userId: "u1", groupId: "g1", messageId: `g-${nth}`, traits: { name: "Initech" } },
  { type: "alias", userId: "u1", previousId: "a1", messageId: `a-${nth}` },
];

const one = (at: number): object => events(at)[at] ?? {};

/** The requests of clients that send differently, one of each make. */
export const CAPTURED: readonly CapturedRequest[] = [
  {
    client: "@segment/analytics-node 3",
    request: {
      path: "/v1/batch",
      headers: { authorization: basic("shop-key:"), "content-type": "application/json", "user-agent": "node" },
      body: JSON.stringify({ batch: events(0), writeKey: "shop-key", sentAt: SENT_AT }),
    },
  },
  {
    client: "@segment/analytics-next",
    request: {
      path: "/v1/t",
      headers: { "content-type": "text/plain", "user-agent": CHROME, origin: "https://shop.example" },
      body: JSON.stringify({ ...one(1), writeKey: "site-key", sentAt: SENT_AT, _metadata: { bundled: [] } }),
    },
  },
  {
    client: "@rudderstack/rudder-sdk-node, gzip",
    request: {
      path: "/v1/batch",
      headers: { authorization: basic("shop-key:"), "content-type": "application/x-www-form-urlencoded" },
      body: gzipSync(JSON.stringify({ batch: events(2), sentAt: SENT_AT })),
    },
  },
  {
    client: "@rudderstack/analytics-js",
    request: {
      path: "/v1/page",
      headers: {
        authorization: basic("site-key:"),
        anonymousid: Buffer.from("a1").toString("base64"),
        "content-type": "application/json;charset=UTF-8",
        "user-agent": CHROME,
      },
      body: JSON.stringify(one(2)),
    },
  },
  {
    client: "RudderStack's beacon",
    request: {
      path: "/beacon/v1/batch?writeKey=site-key",
      headers: { "content-type": "text/plain;charset=UTF-8", "user-agent": CHROME },
      body: JSON.stringify({ batch: events(4), sentAt: SENT_AT }),
    },
  },
  {
    client: "@jitsu/js",
    request: {
      path: "/api/s/identify",
      headers: { "x-write-key": "site-key:secret", "content-type": "application/json" },
      body: JSON.stringify(one(0)),
    },
  },
  {
    client: "Segment's pixel",
    request: {
      method: "GET",
      path: `/v1/pixel/track?data=${Buffer.from(JSON.stringify({ ...one(1), writeKey: "shop-key" })).toString("base64url")}`,
      headers: { "user-agent": CHROME },
    },
  },
  {
    client: "a sender of one key per event",
    request: {
      path: "/v1/import",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(events(7).map((event) => ({ ...event, writeKey: "shop-key" }))),
    },
  },
  { client: "Segment's settings", request: { method: "GET", path: "/v1/projects/site-key/settings", headers: {} } },
  {
    client: "RudderStack's settings",
    request: { method: "GET", path: "/sourceConfig/?writeKey=site-key", headers: {} },
  },
];
