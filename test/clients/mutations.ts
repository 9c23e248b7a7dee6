import { gunzipSync, gzipSync } from "node:zlib";
import { isDeeperThan } from "#core/events/event-size.ts";
import { basic, type Request } from "#test/support/collect-world.ts";
import { CAPTURED } from "./captured-requests.ts";

/** One change to a request. `where` decides where it strikes, `value` what it puts there. */
export type Mutation = (request: Request, where: number, value: unknown) => Request;

type Path = readonly (string | number)[];

/** Every place in a value, as the path to it. */
function places(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, part]) => places(part, [...path, name]))];
}

function replaced(root: unknown, [step, ...rest]: Path, value: unknown): unknown {
  if (step === undefined) return value;
  const copy = Array.isArray(root) ? [...root] : { ...(root as object) };
  const member = replaced((root as Record<string | number, unknown>)[step], rest, value);
  // Defined, not assigned: a value made up before may have a member named `__proto__`.
  Object.defineProperty(copy, step, { value: member, enumerable: true, configurable: true, writable: true });
  return copy;
}

/** A value with something else in one of its places. */
export function withOther(root: unknown, where: number, value: unknown): unknown {
  const all = places(root);
  return replaced(root, all[where % all.length] ?? [], value);
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

const bytesOf = ({ body }: Request): Buffer => Buffer.from((body ?? "") as string | Uint8Array);

const pick = <T>(list: readonly T[], where: number): T => list[where % list.length] as T;

function parsed(request: Request): unknown {
  const bytes = bytesOf(request);
  try {
    return JSON.parse((bytes[0] === 0x1f ? gunzipSync(bytes, { maxOutputLength: 600_000 }) : bytes).toString("utf8"));
  } catch {
    return undefined; // An earlier mutation broke it: there is no place to change.
  }
}

/** Every source of `collectWorld`, one that is nobody's, and some that are no keys. */
export const KEYS: readonly string[] = [
  ...[
    "shop",
    "site",
    "closed",
    "slow",
    "slower",
    "named",
    "first",
    "second",
    "wide",
    "backend",
    "locked",
    "nobody",
  ].map((id) => `${id}-key`),
  ..."|:|shop-key:secret|é|\u0000|%00".split("|"),
  "k".repeat(300),
];

/** JSON text that no serialiser writes, to stand for a member's value or for a whole body. */
const ODD_JSON: readonly string[] = [
  '{"type":"track","type":"page","userId":"u1","userId":"u2","event":"E"}',
  '{"__proto__":{"type":"track"},"constructor":{"prototype":1},"type":"track","event":"E","userId":"u1"}',
  '{"type":"track","event":"E","userId":"u1","properties":{"revenue":1e999,"total":-1e999,"value":-0,"n":1E+400}}',
  '{"type":"track","event":"\\ud800","userId":"\\udfff\\ud800","messageId":"\\u0000"}',
  '{"type":"track","event":"E","userId":1e21,"messageId":0.1e-7,"timestamp":-0}',
  `{"type":"track","event":"E","userId":"u1","properties":${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}}`,
  '\ufeff{"batch":[{"type":"track","event":"E","userId":"u1"}]}',
  '{"batch":[{"type":"track","event":"E","userId":"u1"},]}',
  '{"batch":{"0":{"type":"track"},"length":1}}',
  '{"batch":[[[]],null,1,"",true,{"batch":[]}],"batch":[{}]}',
  '{"writeKey":["shop-key"],"batch":[{"writeKey":{"toString":1}}]}',
  `{"batch":[${"0,".repeat(3_000)}0]}`,
  `[${"[],".repeat(200)}[]]`,
  "NaN",
  "Infinity",
  '"',
  "{}{}",
  " \t\r\n",
  "\u0000{}",
  '{"a":"\u0001"}',
];

const HEADERS: readonly string[] = [
  "authorization",
  "x-write-key",
  "content-encoding",
  "content-type",
  "anonymousid",
  "sentat",
  "host",
  "origin",
  "cookie",
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-forwarded-host",
  "user-agent",
  "referer",
  "accept-language",
  "access-control-request-headers",
  "access-control-request-method",
  "x-retry-count",
  "content-length",
  "transfer-encoding",
  "expect",
  "x-amz-cf-id",
  "via",
  "cloudfront-viewer-address",
];

const ORIGINS: readonly string[] = [
  "https://shop.example",
  "https://a.b.shop.example",
  "http://shop.example",
  "https://shop.example.evil.example",
  "null",
  "https://",
  "https://[::1]:0",
  "https://shop.example, https://evil.example",
  "*",
  "javascript:alert(1)",
  "https://shop.example\r\nset-cookie: a=b",
  "https://é.example",
  `https://${"a.".repeat(200)}example`,
];

const inHeaders = (request: Request, more: Record<string, string>): Request => ({
  ...request,
  headers: { ...request.headers, ...more },
});

const withQuery = (request: Request, query: string): Request => {
  const path = request.path ?? "/v1/batch";
  return { ...request, path: `${path}${path.includes("?") ? "&" : "?"}${query}` };
};

/** A key in each place where one may stand. */
const KEY_PLACES: readonly ((request: Request, key: string) => Request)[] = [
  (request, key) => inHeaders(request, { authorization: basic(`${key}:`) }),
  (request, key) => inHeaders(request, { authorization: basic(key) }),
  (request, key) => inHeaders(request, { authorization: `Bearer ${key}` }),
  (request, key) => inHeaders(request, { authorization: `basic  ${key}, Basic ${key}` }),
  (request, key) => inHeaders(request, { "x-write-key": key }),
  (request, key) => withQuery(request, `writeKey=${encodeURIComponent(key)}`),
  (request, key) => withQuery(request, `writekey=${encodeURIComponent(key)}&writeKey=`),
  (request, key) => ({ ...request, path: `/v1/projects/${encodeURIComponent(key)}/settings`, method: "GET" }),
  (request, key) => {
    const body = parsed(request);
    if (typeof body !== "object" || body === null || isDeeperThan(body, 100)) return request;
    const events = Array.isArray(body) ? body.map((each) => ({ ...Object(each), writeKey: key })) : body;
    return { ...request, body: JSON.stringify(Array.isArray(body) ? events : { ...body, writeKey: key }) };
  },
];

/** A little, and far, more than a body may hold; one within another. */
const BOMBS = [512_001, 3_000_000, 60_000_000].map((size) => gzipSync(Buffer.alloc(size, "[")));
BOMBS.push(gzipSync(BOMBS[1] ?? ""));

export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  value: (request, where, value) => {
    const body = parsed(request);
    // In an abyss there is no walking about.
    return body === undefined || isDeeperThan(body, 100)
      ? request
      : { ...request, body: JSON.stringify(withOther(body, where, value)) };
  },
  cut: (request, where) => {
    const bytes = bytesOf(request);
    const rest = bytes.subarray(0, where % (bytes.length + 1));
    return { ...request, body: request.body instanceof Uint8Array ? rest : rest.toString("utf8") };
  },
  flip: (request, where) => {
    const bytes = Buffer.from(bytesOf(request));
    if (bytes.length > 0) bytes[where % bytes.length] = where >> 8;
    return { ...request, body: bytes };
  },
  gzip: (request) => ({ ...request, body: gzipSync(bytesOf(request)) }),
  bomb: (request, where) => ({ ...request, body: pick(BOMBS, where) }),
  /** Two members, one after the other: as the format allows, and as nobody means. */
  gzipTwice: (request) => ({
    ...request,
    body: Buffer.concat([gzipSync(bytesOf(request)), gzipSync(bytesOf(request))]),
  }),
  garbageBehind: (request, where) => ({
    ...request,
    body: Buffer.concat([gzipSync(bytesOf(request)), Buffer.alloc(where % 40, where)]),
  }),
  bytes: (request, _where, value) => ({ ...request, body: Buffer.from(JSON.stringify(value)) }),
  oddJson: (request, where) => ({ ...request, body: pick(ODD_JSON, where) }),
  oddJsonAmong: (request, where) => ({
    ...request,
    body: `{"batch":[{"type":"track","event":"Good","userId":"u1"},${pick(ODD_JSON, where)}]}`,
  }),
  deep: (request, where) => {
    const levels = where % 16 === 0 ? 30_000 : where % 1_000;
    return { ...request, body: `{"batch":[${"[".repeat(levels)}${"]".repeat(levels)}]}` };
  },
  empty: ({ body: _body, ...request }) => request,
  method: (request, where) => ({
    ...request,
    method: pick(["GET", "POST", "PUT", "OPTIONS", "HEAD", "PATCH", "DELETE", "TRACE", "get", "PROPFIND", ""], where),
  }),
  path: (request, where, value) => {
    const path = request.path ?? "";
    const at = where % (path.length + 1);
    return { ...request, path: `${path.slice(0, at)}${textOf(value)}${path.slice(at + 1)}` };
  },
  slashes: (request, where) => ({
    ...request,
    path: (request.path ?? "/").replaceAll("/", pick(["//", "/./", "/../", "\\", "%2f", "/v1/"], where)),
  }),
  query: (request, where, value) =>
    withQuery(request, `${pick(["data", "writeKey", "type", "userId", "__proto__", "a.b.c"], where)}=${textOf(value)}`),
  header: (request, where, value) => inHeaders(request, { [pick(HEADERS, where)]: textOf(value) }),
  /** A header sent more than once, as the gateway joins them. */
  headerTwice: (request, where, value) => {
    const name = pick(HEADERS, where);
    return inHeaders(request, { [name]: `${request.headers?.[name] ?? ""},${textOf(value)}` });
  },
  hugeHeader: (request, where) => inHeaders(request, { [pick(HEADERS, where)]: "é\u0001y".repeat(where % 20_000) }),
  origin: (request, where) => inHeaders(request, { origin: pick(ORIGINS, where) }),
  cookie: (request, where, value) => ({
    ...request,
    cookies: [`${pick(["tributary_id", "shop_id", "", "__proto__"], where)}=${textOf(value)}`, "tributary_id", "=;="],
  }),
  keyless: (request) => ({ ...request, headers: {} }),
  key: (request, where) => pick(KEY_PLACES, where)(request, pick(KEYS, where >> 4)),
  keys: (request, where) =>
    pick(KEY_PLACES, where >> 8)(pick(KEY_PLACES, where)(request, pick(KEYS, where >> 4)), pick(KEYS, where >> 12)),
  ip: (request, where) => ({
    ...request,
    ip: pick(["", "::1", "::ffff:1.2.3.4", "300.1.2.3", "fe80::1%eth0", "x"], where),
  }),
  route: (request, where) => ({ ...request, path: pick(CAPTURED, where).request.path ?? "/" }),
};
