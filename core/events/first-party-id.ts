import { isJsonObject, type JsonObject } from "#core/kernel/json.ts";
import { DAY, type EpochMs, SECOND } from "#core/kernel/time.ts";
import { consentIn, deniesEverything } from "./consent-in.ts";
import type { Source } from "./source.ts";
import { agentFacts } from "./user-agent.ts";

/** What a source asks browsers to keep. */
export type FirstPartyRule = NonNullable<Source["firstPartyId"]>;

/** An id that a browser keeps, and since when. */
export interface FirstPartyId {
  /** 128 random bits, 22 characters of base64url. */
  readonly id: string;
  /** When its cookie was last set, epoch milliseconds in whole seconds. */
  readonly setAt: EpochMs;
}

/** The form's version, the second it was set in base 36, the id: `1.thm2k0.W3nPqYb0T2mYx4aVQkZl8w`. */
const COOKIE = /^1\.([0-9a-z]{6,7})\.([A-Za-z0-9_-]{22})$/;

export const cookieText = ({ id, setAt }: FirstPartyId): string => `1.${Math.floor(setAt / SECOND).toString(36)}.${id}`;

/** A request's cookies are many on a large site, and ours is small: what is more or longer is not worth looking at. */
const MOST_COOKIES = 200;

/**
 * The id that a request's cookies carry for a source, each written `name=value`; `undefined` where there is none, or none
 * that we could have made. Of several of one name the first counts: browsers send the narrowest first. Nobody is believed
 * for having one: it tells browsers apart, and is never a user's id.
 */
export function firstPartyIdIn(
  cookies: readonly string[],
  rule: FirstPartyRule,
  now: EpochMs,
): FirstPartyId | undefined {
  const begins = `${rule.cookie}=`;
  for (const cookie of cookies.slice(0, MOST_COOKIES)) {
    if (!cookie.startsWith(begins)) continue;
    const [, second, id] = COOKIE.exec(cookie.slice(begins.length)) ?? [];
    if (second === undefined || id === undefined) continue;
    const setAt = Number.parseInt(second, 36) * SECOND;
    // No browser keeps a cookie longer than it was told, and none was set in days to come.
    if (setAt <= now + DAY && setAt > now - (rule.days + 1) * DAY) return { id, setAt };
  }
  return undefined;
}

/** A source's rule, where it may have one: only a browser keeps cookies. */
export const firstPartyRule = ({
  firstPartyId,
  trust,
}: Pick<Source, "firstPartyId" | "trust">): FirstPartyRule | undefined =>
  trust === "browser" ? firstPartyId : undefined;

/** What a request says that decides over its cookie. */
export interface FirstPartyRequest {
  readonly cookies: readonly string[];
  readonly userAgent?: string | undefined;
  /** `Sec-GPC: 1`, a browser's word that its user wants no tracking. */
  readonly optedOut: boolean;
  /** What the request's events say of consent, in their order; `undefined` for those that say nothing. */
  readonly consents: readonly (Readonly<Record<string, boolean>> | undefined)[];
}

/** What is done with a browser's cookie: nothing, set (anew or for longer), or taken back. */
export type CookieDecision =
  | { readonly kind: "leave" }
  | { readonly kind: "set"; readonly value: FirstPartyId }
  | { readonly kind: "take_back" };

const LEAVE: CookieDecision = { kind: "leave" };
/** A cookie is set for longer once so much of its life has gone. */
const RENEWED_AFTER = 2 / 3;

/**
 * No cookie is set or renewed by a request of which any event denies everything, nor for bots, nor against the browser's
 * own opt-out. Where the last word on consent denies everything, the cookie that is there is taken back.
 */
export function decideCookie(
  request: FirstPartyRequest,
  rule: FirstPartyRule,
  now: EpochMs,
  freshId: () => string,
): CookieDecision {
  const known = firstPartyIdIn(request.cookies, rule, now);
  const stated = request.consents.filter((consent) => consent !== undefined);
  if (stated.some(deniesEverything)) {
    const present = request.cookies.some((cookie) => cookie.startsWith(`${rule.cookie}=`));
    return present && deniesEverything(stated.at(-1)) ? { kind: "take_back" } : LEAVE;
  }
  if (request.optedOut || (request.userAgent !== undefined && agentFacts(request.userAgent).isBot)) return LEAVE;
  if (known === undefined) return { kind: "set", value: { id: freshId(), setAt: now } };
  const isOld = now - known.setAt > rule.days * DAY * RENEWED_AFTER;
  return isOld ? { kind: "set", value: { id: known.id, setAt: now } } : LEAVE;
}

/** What an event, as it was sent, says of consent; what the batch says around it counts where it does not say itself. */
export function statedConsent(sent: unknown, batchContext: unknown): FirstPartyRequest["consents"][number] {
  const own = isJsonObject(sent) && isJsonObject(sent.context) ? sent.context : {};
  return consentIn(isJsonObject(batchContext) ? { ...batchContext, ...own } : own);
}

/** A context with the browser's id as its device's, unless it names a device itself. */
export function withDeviceId(context: JsonObject, id: string | undefined): JsonObject {
  const device = context.device ?? {};
  if (id === undefined || !isJsonObject(device) || device.id) return context;
  return { ...context, device: { ...device, id } };
}
