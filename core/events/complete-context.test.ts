import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isJsonObject, type Json, type JsonObject } from "#core/kernel/json.ts";
import { type Carrier, carrierOf } from "./carrier.ts";
import { type ContextClues, completeContext } from "./complete-context.ts";
import { keptIp } from "./ip-policy.ts";
import { landingIn } from "./landing.ts";

const CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36";
const IPHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1";
const GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

const completed = (context: JsonObject, clues: Partial<ContextClues> = {}): JsonObject =>
  completeContext(context, { type: "track", properties: {}, ...clues });

const saysAnything = (value: Json | undefined): boolean =>
  isJsonObject(value)
    ? Object.values(value).some((member) => member !== "" && saysAnything(member))
    : value !== null && value !== undefined;

describe("completeContext", () => {
  it("leaves a context alone that nothing can be told about", () => {
    const context = { library: { name: "till" } };
    expect(completed(context)).toBe(context);
  });
  it("tells device, system and browser from the user agent", () => {
    expect(completed({ userAgent: IPHONE })).toEqual({
      userAgent: IPHONE,
      isBot: false,
      device: { type: "mobile" },
      os: { name: "iOS", version: "17.5" },
      browser: { name: "Mobile Safari", version: "17.5" },
    });
    expect(completed({ userAgent: GOOGLEBOT })).toEqual({ userAgent: GOOGLEBOT, isBot: true });
  });
  it("tells the system too where it is named by empty words, as RudderStack's browser client does", () => {
    const os = { name: "", version: "" };
    expect(completed({ userAgent: IPHONE, os }).os).toEqual({ name: "iOS", version: "17.5" });
    expect(completed({ userAgent: IPHONE, os: { name: "", version: "17" } }).os).toEqual({ name: "", version: "17" });
  });
  it("adds to a device what is not said of it", () => {
    expect(completed({ userAgent: IPHONE, device: { id: "d1" } }).device).toEqual({ id: "d1", type: "mobile" });
    expect(completed({ userAgent: IPHONE, device: { type: "ios" } }).device).toEqual({ type: "ios" });
    expect(completed({ userAgent: IPHONE, device: "iPhone" }).device).toBe("iPhone");
  });
  it("promotes campaign parameters and click ids of the page's address", () => {
    const url = "https://shop.example/a?utm_source=mail&utm_campaign=hiver+2026&utm_id=7&gclid=g%2F1#x";
    expect(completed({ page: { url, path: "/a", search: "?" } })).toMatchObject({
      campaign: { source: "mail", name: "hiver 2026", id: "7" },
      clickIds: { gclid: "g/1" },
    });
    expect(completed({ page: { url }, campaign: { name: "stated" } }).campaign).toEqual({ name: "stated" });
    expect(completed({ page: { search: "?utm_source=mail" } }).campaign).toEqual({ source: "mail" });
    expect(completed({ page: { search: "utm_source=mail" } }).campaign).toEqual({ source: "mail" });
  });
  it("reads the page's address and its referrer apart", () => {
    const page = { url: "https://shop.example/a/b?q=1", referrer: "https://www.google.com/search?q=x" };
    expect(completed({ page }).page).toEqual({
      ...page,
      path: "/a/b",
      search: "?q=1",
      referring_domain: "www.google.com",
    });
    expect(completed({ page: { url: "not an address" } }).page).toEqual({ url: "not an address" });
  });
  it("takes a page call's properties for what they say of the page, and no other call's", () => {
    const properties = { url: "https://shop.example/cup?utm_medium=cpc", path: "/cup" };
    expect(completed({}, { type: "page", properties })).toEqual({
      page: { url: properties.url, search: "?utm_medium=cpc" },
      campaign: { medium: "cpc" },
    });
    expect(completed({}, { type: "track", properties })).toEqual({});
  });
  it("takes null and an empty object for silence", () => {
    const carrier: Carrier = { ip: "198.51.100.0", userAgent: CHROME, locale: "fr" };
    const silent = { ip: null, userAgent: null, locale: null, page: null, device: {}, os: {} };
    expect(completed(silent, { carrier })).toMatchObject({
      ...carrier,
      os: { name: "Linux" },
      device: { type: "desktop" },
    });
  });

  it("never changes what the event says", () => {
    const carrier: Carrier = {
      ip: "198.51.100.0",
      userAgent: IPHONE,
      locale: "fr",
      pageUrl: "https://a.example/p?gclid=1",
    };
    const names = ["ip", "userAgent", "locale", "isBot", "os", "browser", "device", "page", "campaign", "clickIds"];
    const said = fc.oneof(
      fc.jsonValue().filter((value) => saysAnything(value as Json)),
      fc.record({ url: fc.webUrl({ withQueryParameters: true }), referrer: fc.string(), type: fc.string() }),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), said), (context) => {
        const whole = completed(context as JsonObject, { carrier, type: "page" });
        expect(whole).toMatchObject(context as JsonObject);
      }),
    );
  });
});

describe("carrierOf", () => {
  const request = { sourceIp: "2001:db8:1:2::3", userAgent: CHROME, acceptLanguage: "en-GB,en;q=0.8" };
  it("believes a browser's key, or a browser's agent", () => {
    const carrier = { ip: "2001:db8:1::", userAgent: CHROME, locale: "en-GB" };
    expect(carrierOf(request, "browser", "truncated")).toEqual(carrier);
    expect(carrierOf(request, "server", "truncated")).toEqual(carrier);
    expect(carrierOf({ ...request, userAgent: "okhttp/4" }, "server", "truncated")).toBeUndefined();
    expect(carrierOf({ ...request, userAgent: "okhttp/4" }, "browser", "none")).toMatchObject({
      userAgent: "okhttp/4",
    });
  });
  it.each([
    ["https://shop.example/", undefined],
    ["https://shop.example/cup", "https://shop.example/cup"],
    ["https://shop.example/?q=1", "https://shop.example/?q=1"],
    ["nonsense", undefined],
    [`https://shop.example/${"x".repeat(2_000)}`, undefined],
  ])("takes the referer %.40s for the page's address only where it is whole", (referer, pageUrl) => {
    expect(carrierOf({ ...request, referer }, "browser", "none")?.pageUrl).toBe(pageUrl);
  });
});

describe("keptIp", () => {
  it.each<[string, string | undefined, string | undefined]>([
    ["198.51.100.23", "198.51.100.0", "198.51.100.23"],
    ["::ffff:198.51.100.23", "198.51.100.0", "198.51.100.23"],
    ["2001:db8:aa:bb:cc:dd:ee:ff", "2001:db8:aa::", "2001:db8:aa:bb:cc:dd:ee:ff"],
    ["2001:DB8::1", "2001:db8:0::", "2001:DB8::1"],
    ["::1", "0:0:0::", "::1"],
    ["localhost", undefined, undefined],
    ["", undefined, undefined],
    ["12:30", undefined, undefined],
  ])("%s", (address, truncated, full) => {
    expect(keptIp(address, "truncated")).toBe(truncated);
    expect(keptIp(address, "full")).toBe(full);
    expect(keptIp(address, "none")).toBeUndefined();
  });
});

describe("landingIn", () => {
  const values = fc.dictionary(
    fc.constantFrom("utm_source", "UTM_Medium", "gclid", "fbclid", "q"),
    fc.string({ maxLength: 30 }),
  );
  it("reads a query as URLSearchParams does", () => {
    fc.assert(
      fc.property(values, fc.webPath(), (params, path) => {
        const read = landingIn(`https://shop.example${path}?${new URLSearchParams(params)}#end`);
        const told: Record<string, Json> = { ...read.campaign, ...read.clickIds };
        const { utm_source: source, UTM_Medium: medium, gclid, fbclid } = params;
        const all = Object.entries({ source, medium, gclid, fbclid }).filter(([, value]) => value);
        expect(told).toEqual(Object.fromEntries(all));
      }),
    );
  });
  it("takes what is not encoded rightly as it stands, the first of a name, and nothing too long", () => {
    expect(landingIn("/?utm_source=100%&utm_source=b")).toEqual({ campaign: { source: "100%" } });
    expect(landingIn(`/?gclid=${"x".repeat(501)}`)).toEqual({});
    expect(landingIn("/gclid=1")).toEqual({});
  });
});
