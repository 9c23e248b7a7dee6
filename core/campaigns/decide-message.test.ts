import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isoTime } from "#core/kernel/time.ts";
import type { Profile } from "#core/profiles/profile.ts";
import { Campaign } from "./campaign.ts";
import { type CampaignRun, decideMessage, type Known } from "./decide-message.ts";
import { messageIdOf } from "./message.ts";

const NOW = Date.UTC(2026, 3, 1);
const BEFORE = NOW - 1_000;
const AFTER = NOW + 1_000;

const run = (over: object = {}): CampaignRun => ({
  campaignId: "spring",
  runId: "r1",
  now: NOW,
  campaign: Campaign.parse({
    name: "Spring",
    segmentId: "buyers",
    channel: "email",
    purpose: "marketing",
    treatments: [{ name: "a", template: { subject: "x", text: "x" } }],
    ...over,
  }),
});

const identifier = (type: string, value: string, firstSeen = BEFORE): Profile["identifiers"][number] => ({
  type,
  value,
  firstSeen: isoTime(firstSeen),
  lastSeen: isoTime(firstSeen),
});

const state = (word: "granted" | "denied"): Profile["consent"][string] => ({
  state: word,
  at: isoTime(BEFORE),
  source: "shop",
});

const profile = (over: Partial<Profile> = {}): Profile => ({
  id: "p_0abc",
  identifiers: [identifier("user_id", "u1"), identifier("email", "ana@example.org")],
  traits: {},
  computed: {},
  consent: { marketing: state("granted") },
  segments: [],
  firstSeen: isoTime(BEFORE),
  lastSeen: isoTime(BEFORE),
  aliases: [],
  version: 1,
  ...over,
});

const NOTHING: Known = { suppressed: new Set(), planned: new Set(), met: new Set() };

const decide = (of: Profile | undefined, known: Partial<Known> = {}, over: object = {}) =>
  decideMessage(run(over), { member: "p_0abc", profile: of }, { ...NOTHING, ...known });

const email = (value: string) => ({ type: "email", value });
const idOf = (value: string): string => messageIdOf({ campaignId: "spring", runId: "r1" }, "email", email(value));
const reasonOf = (decision: ReturnType<typeof decide>): string | undefined =>
  decision.kind === "not_sent" ? decision.reason : decision.kind;

describe("the decision about one member", () => {
  it("sends to an address of a person who agreed", () => {
    expect(decide(profile())).toMatchObject({
      kind: "send",
      messageId: idOf("ana@example.org"),
      to: email("ana@example.org"),
      treatment: { name: "a" },
    });
  });

  it("asks in a fixed order, so that the same person always has the same reason", () => {
    const suppressed = { suppressed: new Set(["ana@example.org"]) };
    const met = { met: new Set([idOf("ana@example.org")]) };
    const everyone = { holdoutPercent: 100 };
    const noAddress = profile({ identifiers: [identifier("user_id", "u1")], consent: {} });
    expect(reasonOf(decide(undefined, { ...suppressed, ...met }, everyone))).toBe("not_a_member");
    expect(reasonOf(decide(noAddress, { ...suppressed, ...met }, everyone))).toBe("no_address");
    expect(reasonOf(decide(profile({ consent: {} }), { ...suppressed, ...met }, everyone))).toBe("consent_unknown");
    const denied = profile({ consent: { marketing: state("denied"), newsletter: state("granted") } });
    expect(reasonOf(decide(denied, { ...suppressed, ...met }, everyone))).toBe("consent_denied");
    expect(reasonOf(decide(profile(), { ...suppressed, ...met }, everyone))).toBe("suppressed");
    expect(reasonOf(decide(profile(), met, everyone))).toBe("duplicate");
    expect(reasonOf(decide(profile(), {}, everyone))).toBe("held_out");
    expect(reasonOf(decide(profile()))).toBe("send");
  });

  it("sends nothing without consent for the purpose, whatever else is true", () => {
    const consent = fc.dictionary(
      fc.constantFrom("marketing", "newsletter", "constructor", "__proto__", "toString"),
      fc.constantFrom(state("granted"), state("denied")),
    );
    const purpose = fc.constantFrom(
      "marketing",
      "newsletter",
      "constructor",
      "__proto__",
      "toString",
      "hasOwnProperty",
    );
    fc.assert(
      fc.property(consent, purpose, fc.boolean(), fc.boolean(), (stated, needed, planned, met) => {
        const ids = new Set([idOf("ana@example.org")]);
        const known = { planned: planned ? ids : new Set<string>(), met: met ? ids : new Set<string>() };
        const decision = decide(profile({ consent: stated }), known, { purpose: needed });
        const granted = Object.hasOwn(stated, needed) && stated[needed]?.state === "granted";
        if (!granted) expect(decision.kind).toBe("not_sent");
        if (decision.kind === "send") expect(granted).toBe(true);
      }),
    );
  });

  it("writes to the newest address known at the run's instant, and to a later one only if there is no other", () => {
    const old = identifier("email", "old@example.org", BEFORE - 5);
    const newer = identifier("email", "newer@example.org", BEFORE);
    const late = identifier("email", "late@example.org", AFTER);
    const to = (...identifiers: Profile["identifiers"]) => {
      const decision = decide(profile({ identifiers }));
      return decision.kind === "send" ? decision.to.value : decision.kind;
    };
    expect(to(old, newer, late)).toBe("newer@example.org");
    expect(to(late, old)).toBe("old@example.org");
    expect(to(late)).toBe("late@example.org");
  });

  it("keeps to the address that the run chose before, and leaves out those that are suppressed", () => {
    const identifiers = [identifier("email", "a@example.org", BEFORE - 5), identifier("email", "b@example.org")];
    const known = { planned: new Set([idOf("a@example.org")]) };
    expect(decide(profile({ identifiers }), known)).toMatchObject({ to: email("a@example.org") });
    const bounced = { suppressed: new Set(["b@example.org"]) };
    expect(decide(profile({ identifiers }), bounced)).toMatchObject({ kind: "send", to: email("a@example.org") });
  });

  it("knows the addresses of each channel", () => {
    const identifiers = [
      identifier("email", "a@example.org"),
      identifier("phone", "+33639980001"),
      identifier("device_id", "d1"),
      identifier("gcm_token", "t1"),
    ];
    const treatments = [{ name: "a", template: { subject: "x", text: "x" } }];
    const to = (channel: string) => {
      const decision = decide(profile({ identifiers }), {}, { channel, treatments });
      return decision.kind === "send" ? decision.to.value : reasonOf(decision);
    };
    expect(["email", "sms", "push", "custom"].map(to)).toEqual(["a@example.org", "+33639980001", "t1", "no_address"]);
  });

  it("records a repetition beside the message, not over it", () => {
    const decision = decide(profile(), { met: new Set([idOf("ana@example.org")]) });
    expect(decision).toMatchObject({ kind: "not_sent", reason: "duplicate" });
    expect(decision.messageId).not.toBe(idOf("ana@example.org"));
  });
});
