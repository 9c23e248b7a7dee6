import type { JsonObject } from "#core/kernel/json.ts";

/** What the query of a page's address says about how the visitor came there. */
export interface Landing {
  /** `source`, `medium`, `name`, `term`, `content`, `id`, of `utm_*` (`utm_campaign` is the name). */
  readonly campaign?: JsonObject;
  /** The advertisers' click ids by their own names: `gclid`, `fbclid`… */
  readonly clickIds?: JsonObject;
}

const CAMPAIGN_FIELDS: ReadonlyMap<string, string> = new Map([
  ["utm_source", "source"],
  ["utm_medium", "medium"],
  ["utm_campaign", "name"],
  ["utm_term", "term"],
  ["utm_content", "content"],
  ["utm_id", "id"],
]);

/** Google, Meta, Microsoft, TikTok, X, LinkedIn, Yandex, Pinterest, Snapchat, Reddit and Impact, as they document them. */
const CLICK_IDS: ReadonlySet<string> = new Set([
  "gclid",
  "gbraid",
  "wbraid",
  "dclid",
  "fbclid",
  "msclkid",
  "ttclid",
  "twclid",
  "li_fat_id",
  "yclid",
  "epik",
  "sccid",
  "rdt_cid",
  "irclickid",
]);

const MAX_VALUE_LENGTH = 500;
/** Longer addresses hold something else than a query that a person's click made. */
const MAX_ADDRESS_LENGTH = 4_096;

/** Reads campaign parameters and click ids from an address or from a query by itself. The first of a name counts. */
export function landingIn(address: string): Landing {
  const start = address.indexOf("?");
  if (start < 0 || address.length > MAX_ADDRESS_LENGTH) return NOTHING;
  const end = address.indexOf("#", start);
  const campaign: Record<string, string> = {};
  const clickIds: Record<string, string> = {};
  for (const part of address.slice(start + 1, end < 0 ? undefined : end).split("&")) {
    const equals = part.indexOf("=");
    if (equals < 0) continue;
    const name = part.slice(0, equals).toLowerCase();
    const field = CAMPAIGN_FIELDS.get(name);
    if (field === undefined && !CLICK_IDS.has(name)) continue;
    const value = decoded(part.slice(equals + 1));
    if (value === "" || value.length > MAX_VALUE_LENGTH) continue;
    if (field !== undefined) campaign[field] ??= value;
    else clickIds[name] ??= value;
  }
  return {
    ...(Object.keys(campaign).length === 0 ? {} : { campaign }),
    ...(Object.keys(clickIds).length === 0 ? {} : { clickIds }),
  };
}

const NOTHING: Landing = {};

/** As forms encode it. What is not encoded rightly stands as it was written. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value.replaceAll("+", " "));
  } catch {
    return value;
  }
}
