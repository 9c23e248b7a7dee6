import * as z from "zod/mini";
import { EVENT_TYPES } from "./event.ts";
import { IP_POLICIES } from "./ip-policy.ts";

/** How far a sender may be believed: a browser's write key is public, a server's is not. */
export type Trust = "browser" | "server";

/** `partner`: another company's servers, whose events are theirs to answer for. */
const SOURCE_KINDS = ["browser", "server", "partner"] as const;

/** A write key as it is kept: nobody who reads the store can send with it. */
export const WriteKey = z.object({
  /** What the key is called where it is shown or revoked: the first characters of its digest. */
  id: z.string().check(z.minLength(1), z.maxLength(64)),
  /** SHA-256 of the key, base64url, whole. */
  hash: z.string(),
  /** Epoch milliseconds. */
  createdAt: z.int().check(z.nonnegative()),
});
export type WriteKey = Readonly<z.infer<typeof WriteKey>>;

/** Two while a key is rotated: the old one until its last sender has the new one. */
export const MOST_KEYS = 2;

/**
 * `https://shop.example`, or `https://*.shop.example` for every host below it; a port where it is not the usual one; an
 * app's own scheme (`capacitor://localhost`). As browsers write it: in lower case, and in Punycode.
 */
const Origin = z
  .string()
  .check(
    z.regex(
      /^[a-z][a-z0-9+.-]*:\/\/((\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(:\d{1,5})?$/,
      "an origin is expected, such as https://shop.example or https://*.shop.example: lower case, no path, no slash at its end",
    ),
    z.regex(
      /^(?!https:.*:443$|http:.*:80$)/,
      "browsers leave out the usual port: write https://shop.example, not https://shop.example:443",
    ),
  );

/** How many events a source may send: so many a second in the long run, and so many at once after a pause. */
export const RateLimit = z.object({
  eventsPerSecond: z.number().check(z.positive(), z.maximum(1_000_000)),
  burst: z.int().check(z.positive(), z.maximum(10_000_000)),
});
export type RateLimit = Readonly<z.infer<typeof RateLimit>>;

/** What becomes of events that a tracking plan does not describe so: told, stripped of what is unplanned, or refused. */
export const PLAN_MODES = ["report", "omit", "refuse"] as const;
export type PlanMode = (typeof PLAN_MODES)[number];

/** Where events come from, and what it may send. */
export const Source = z.object({
  id: z
    .string()
    .check(z.regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, "lower-case letters, digits, - and _ are expected, at most 64")),
  name: z.string().check(z.minLength(1), z.maxLength(200)),
  kind: z._default(z.enum(SOURCE_KINDS), "server"),
  trust: z.enum(["browser", "server"]),
  enabled: z._default(z.boolean(), true),
  keys: z.array(WriteKey).check(z.maxLength(MOST_KEYS)),
  /** The sites whose pages may send; absent: any. */
  allowedOrigins: z.optional(z.array(Origin).check(z.maxLength(50))),
  /** Absent: all. */
  allowedTypes: z.optional(z.array(z.enum(EVENT_TYPES)).check(z.minLength(1))),
  /** Absent: as many as come. */
  rateLimit: z.optional(RateLimit),
  /** What is kept of a sender's address; absent: what the installation keeps. */
  ipPolicy: z.optional(z.enum(IP_POLICIES)),
  /** The tracking plan its events are held to; absent: none. */
  plan: z.optional(z.object({ id: z.string(), mode: z.enum(PLAN_MODES) })),
  /** Has browsers keep an id that this server sets, on the owner's domain. Absent: no cookie is ever set. */
  firstPartyId: z.optional(
    z.object({
      cookie: z._default(
        z.string().check(z.regex(/^[A-Za-z0-9_-]{1,64}$/, "letters, digits, - and _ are expected, at most 64")),
        "tributary_id",
      ),
      /** The domain the cookie is for, such as `shop.example`; absent: the host that was asked, alone. */
      domain: z.optional(
        z.string().check(z.regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, "a domain is expected, such as shop.example")),
      ),
      /** Browsers keep none longer than 400. */
      days: z._default(z.int().check(z.positive(), z.maximum(400)), 395),
    }),
  ),
});
export type Source = Readonly<z.infer<typeof Source>>;
