import { isJsonObject, type Json, type JsonObject } from "#core/kernel/json.ts";
import type { Carrier } from "./carrier.ts";
import type { EventType } from "./event.ts";
import { landingIn } from "./landing.ts";
import { agentFacts } from "./user-agent.ts";

/** What an event's context may be completed from. */
export interface ContextClues {
  readonly type: EventType;
  readonly properties: JsonObject;
  readonly carrier?: Carrier | undefined;
}

type Added = Record<string, Json>;

/**
 * A context with what can be told from the request, the user agent and the page's address: `ip`, `userAgent`, `locale`,
 * `isBot`, `device.type`, `os`, `browser`, `campaign`, `clickIds`, `page.path`, `page.search`, `page.referring_domain`.
 * What the event says itself is never changed; null says nothing, nor does an object with nothing but null and empty
 * text in it.
 */
export function completeContext(context: JsonObject, clues: ContextClues): JsonObject {
  const added: Added = {};
  const { carrier } = clues;
  if (carrier !== undefined) addCarrier(added, context, carrier);
  addAgent(added, context);
  addPage(added, context, clues);
  for (const _name in added) return { ...context, ...added };
  return context;
}

function isSilent(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  if (!isJsonObject(value)) return false;
  for (const name in value) if (value[name] !== "" && !isSilent(value[name])) return false;
  return true;
}

function addCarrier(added: Added, context: JsonObject, carrier: Carrier): void {
  if (carrier.ip !== undefined && isSilent(context.ip)) added.ip = carrier.ip;
  if (carrier.userAgent !== undefined && isSilent(context.userAgent)) added.userAgent = carrier.userAgent;
  if (carrier.locale !== undefined && isSilent(context.locale)) added.locale = carrier.locale;
}

function addAgent(added: Added, context: JsonObject): void {
  const userAgent = added.userAgent ?? context.userAgent;
  if (typeof userAgent !== "string" || userAgent === "") return;
  const { isBot, deviceType, os, browser } = agentFacts(userAgent);
  if (isSilent(context.isBot)) added.isBot = isBot;
  if (os !== undefined && isSilent(context.os)) added.os = os;
  if (browser !== undefined && isSilent(context.browser)) added.browser = browser;
  const device = context.device ?? {};
  if (deviceType !== undefined && isJsonObject(device) && isSilent(device.type)) {
    added.device = { ...device, type: deviceType };
  }
}

function addPage(added: Added, context: JsonObject, { type, properties, carrier }: ContextClues): void {
  const stated = context.page ?? {};
  if (!isJsonObject(stated)) return;
  // Only of a page call are the properties about the page; a product has an address too.
  const said = type === "page" ? properties : {};
  const url = text(stated.url) ?? text(said.url) ?? carrier?.pageUrl;
  const page: Added = {};
  if (url !== undefined) {
    addLanding(added, context, url);
    addAddress(page, { ...said, ...stated }, url);
    if (text(stated.url) === undefined) page.url = url;
  } else if (typeof stated.search === "string") addLanding(added, context, `?${stated.search.replace(/^\?/, "")}`);
  const referrer = text(stated.referrer) ?? text(said.referrer);
  if (referrer !== undefined && isSilent(stated.referring_domain)) {
    const domain = URL.parse(referrer)?.hostname;
    if (domain) page.referring_domain = domain;
  }
  for (const _name in page) {
    added.page = { ...stated, ...page };
    return;
  }
}

function addLanding(added: Added, context: JsonObject, address: string): void {
  const { campaign, clickIds } = landingIn(address);
  if (campaign !== undefined && isSilent(context.campaign)) added.campaign = campaign;
  if (clickIds !== undefined && isSilent(context.clickIds)) added.clickIds = clickIds;
}

function addAddress(page: Added, said: JsonObject, url: string): void {
  if (!isSilent(said.path) && !(isSilent(said.search) && url.includes("?"))) return;
  const parsed = URL.parse(url);
  if (parsed === null) return;
  if (isSilent(said.path)) page.path = parsed.pathname;
  if (isSilent(said.search) && parsed.search !== "") page.search = parsed.search;
}

const text = (value: Json | undefined): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;
