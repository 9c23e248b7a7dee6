import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY } from "#core/kernel/time.ts";
import {
  cookieText,
  decideCookie,
  type FirstPartyRequest,
  firstPartyIdIn,
  firstPartyRule,
  statedConsent,
  withDeviceId,
} from "./first-party-id.ts";

const NOW = Date.parse("2026-11-02T10:00:00.000Z");
const RULE = { cookie: "tributary_id", days: 300 };
const ID = "W3nPqYb0T2mYx4aVQkZl8w";
const FRESH = "AAAAAAAAAAAAAAAAAAAAAA";

const cookie = (setAt: number, id = ID): string => `tributary_id=${cookieText({ id, setAt })}`;
const read = (...cookies: readonly string[]) => firstPartyIdIn(cookies, RULE, NOW);
const decide = (request: Partial<FirstPartyRequest>) =>
  decideCookie({ cookies: [], optedOut: false, consents: [undefined], ...request }, RULE, NOW, () => FRESH);

describe("a first-party id", () => {
  it("is read back as it was written, for every id and every second of its life", () => {
    const ids = fc
      .uint8Array({ minLength: 16, maxLength: 16 })
      .map((bytes) => Buffer.from(bytes).toString("base64url"));
    fc.assert(
      fc.property(ids, fc.integer({ min: 0, max: 300 * 86_400 }), (id, age) => {
        const setAt = NOW - age * 1_000;
        expect(read(cookie(setAt, id))).toEqual({ id, setAt });
      }),
    );
  });

  it.each([
    ["nothing", ""],
    ["another cookie", `other=${cookieText({ id: ID, setAt: NOW })}`],
    ["a name that only begins so", `tributary_id2=${cookieText({ id: ID, setAt: NOW })}`],
    ["rubbish", "tributary_id=rubbish"],
    ["markup", 'tributary_id="><script>'],
    ["a user's id", "tributary_id=ana@shop.example"],
    ["another version", cookie(NOW).replace("=1.", "=2.")],
    ["an id too short", cookie(NOW, ID.slice(1))],
    ["an id too long", cookie(NOW, `${ID}A`)],
    ["more behind it", `${cookie(NOW)}\n`],
    ["a megabyte", `tributary_id=1.${"a".repeat(1_000_000)}`],
    ["days to come", cookie(NOW + 2 * DAY)],
    ["a life too long", cookie(NOW - 302 * DAY)],
  ])("is not read from %s", (_what, text) => {
    expect(read(text)).toBeUndefined();
  });

  it("is the first good one of several, and not looked for among hundreds", () => {
    expect(read("tributary_id=rubbish", cookie(NOW), cookie(NOW, FRESH))?.id).toBe(ID);
    expect(read(...Array.from({ length: 1_000 }, () => "other=1"), cookie(NOW))).toBeUndefined();
  });

  it("never throws, whatever is sent", () => {
    fc.assert(fc.property(fc.array(fc.string({ unit: "binary" })), (cookies) => void read(...cookies)));
  });

  it("is for browsers only", () => {
    expect(firstPartyRule({ firstPartyId: RULE, trust: "browser" })).toEqual(RULE);
    expect(firstPartyRule({ firstPartyId: RULE, trust: "server" })).toBeUndefined();
  });
});

describe("the cookie", () => {
  const set = (id: string) => ({ kind: "set", value: { id, setAt: NOW } });
  const leave = { kind: "leave" };

  it("is set where there is none, or none that we made", () => {
    expect(decide({})).toEqual(set(FRESH));
    expect(decide({ cookies: ["tributary_id=rubbish"] })).toEqual(set(FRESH));
  });

  it("is left alone for two thirds of its life, and then set again with the same id", () => {
    expect(decide({ cookies: [cookie(NOW - 199 * DAY)] })).toEqual(leave);
    expect(decide({ cookies: [cookie(NOW - 201 * DAY)] })).toEqual(set(ID));
  });

  it("is not set for a bot, nor against the browser's opt-out", () => {
    expect(decide({ userAgent: "Googlebot/2.1 (+http://www.google.com/bot.html)" })).toEqual(leave);
    expect(decide({ optedOut: true })).toEqual(leave);
    expect(decide({ optedOut: true, cookies: [cookie(NOW - 299 * DAY)] })).toEqual(leave);
  });

  const DENIED = { ads: false, analytics: false };
  const GRANTED = { ads: false, analytics: true };
  it.each([
    ["nothing is said", [undefined], set(FRESH)],
    ["something is granted", [GRANTED], set(FRESH)],
    ["everything is denied", [DENIED], leave],
    ["one event of several denies everything", [undefined, DENIED, undefined], leave],
    ["everything was denied at first", [DENIED, GRANTED], leave],
  ])("where %s, with none there", (_what, consents, decision) => {
    expect(decide({ consents })).toEqual(decision);
  });

  it.each([
    ["the last word denies everything", [GRANTED, DENIED, undefined], { kind: "take_back" }],
    ["everything was denied before it was granted", [DENIED, GRANTED], leave],
  ])("is taken back, or not renewed, where %s", (_what, consents, decision) => {
    expect(decide({ consents, cookies: [cookie(NOW - 299 * DAY)] })).toEqual(decision);
    expect(decide({ consents, cookies: ["tributary_id=rubbish"] })).toEqual(decision);
  });
});

describe("an event of a known browser", () => {
  it("is about that device, unless it names one", () => {
    expect(withDeviceId({}, ID)).toEqual({ device: { id: ID } });
    expect(withDeviceId({ device: { type: "mobile" } }, ID)).toEqual({ device: { type: "mobile", id: ID } });
    expect(withDeviceId({ device: null }, ID)).toEqual({ device: { id: ID } });
    for (const context of [{ device: { id: "own" } }, { device: "text" }])
      expect(withDeviceId(context, ID)).toBe(context);
    expect(withDeviceId({ a: 1 }, undefined)).toEqual({ a: 1 });
  });

  it("says itself what its batch says otherwise of consent", () => {
    const consent = (ads: boolean) => ({ consent: { categoryPreferences: { ads } } });
    expect(statedConsent({ context: consent(true) }, consent(false))).toEqual({ ads: true });
    expect(statedConsent({}, consent(false))).toEqual({ ads: false });
    expect(statedConsent("rubbish", null)).toBeUndefined();
  });
});
