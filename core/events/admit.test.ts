import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "#core/kernel/json.ts";
import { defaultAdmissionLimits } from "./admission-limits.ts";
import { type Admission, admit, type Surroundings } from "./admit.ts";
import { badEvent } from "./bad-event.ts";
import { EVENT_TYPES, type Event, type EventType } from "./event.ts";

const NOW = Date.parse("2026-11-02T10:00:00.000Z");
const admission: Admission = {
  source: "shop",
  trust: "server",
  receivedAt: NOW,
  limits: defaultAdmissionLimits,
  normalise: (type, raw) => (raw === "" ? undefined : { type, value: String(raw) }),
};
const taken = (sent: unknown, around: Partial<Surroundings> = {}) => admit(sent, { position: 0, ...around }, admission);
const track = (more: object = {}): object => ({ type: "track", event: "Seen", userId: "u1", messageId: "m1", ...more });

function eventOf(sent: unknown, around: Partial<Surroundings> = {}): Event {
  const admitted = taken(sent, around);
  if (admitted.kind === "bad") throw new Error(JSON.stringify(admitted.badEvent));
  return admitted.event;
}

const codeOf = (sent: unknown, around: Partial<Surroundings> = {}): string | undefined => {
  const admitted = taken(sent, around);
  return admitted.kind === "bad" ? admitted.badEvent.code : undefined;
};

describe("who an event is about", () => {
  const nameless = { type: "track", event: "Called" };
  it.each<[string, JsonObject, string]>([
    ["userId", { userId: "u1" }, "user_id:u1"],
    ["a numeric userId", { userId: 17 }, "user_id:17"],
    ["anonymousId", { anonymousId: "a1" }, "anonymous_id:a1"],
    ["previousId", { previousId: "p1" }, "anonymous_id:p1"],
    ["traits.email", { traits: { email: "a@example.org" } }, "email:a@example.org"],
    ["traits.phone", { traits: { phone: "+33199000001" } }, "phone:+33199000001"],
    ["context.traits.email", { context: { traits: { email: "a@example.org" } } }, "email:a@example.org"],
    ["context.traits.phone", { context: { traits: { phone: "+33199000001" } } }, "phone:+33199000001"],
    ["context.device.id", { context: { device: { id: "d1" } } }, "device_id:d1"],
    ["context.externalIds", { context: { externalIds: [{ type: "crm_id", id: "c1" }] } }, "crm_id:c1"],
  ])("may stand in %s", (_place, fields, identifier) => {
    const [strongest] = eventOf({ ...nameless, ...fields }).identifiers;
    expect(`${strongest?.type}:${strongest?.value}`).toBe(identifier);
  });
  it.each<[string, JsonObject]>([
    ["nowhere", {}],
    ["in empty texts", { userId: "", anonymousId: "" }],
    ["in nulls", { userId: null, traits: { email: null }, context: { traits: null, device: null, externalIds: null } }],
    ["among properties", { properties: { email: "gift@example.org" } }],
    ["in an empty list", { context: { externalIds: [] } }],
    ["in a list of something else", { context: { externalIds: [{ type: "No Such", id: "x" }, 7] } }],
  ])("is not known where it stands %s", (_place, fields) => {
    expect(codeOf({ ...nameless, ...fields })).toBe("event.no_identity");
  });
  it("is whoever the request is about, where the event says nobody", () => {
    expect(eventOf(nameless, { anonymousId: "a9" }).anonymousId).toBe("a9");
    expect(eventOf({ ...nameless, userId: "u1" }, { anonymousId: "a9" }).anonymousId).toBeUndefined();
  });
});

describe("size", () => {
  const limit = defaultAdmissionLimits.eventBytes;
  /** An event that takes exactly so many bytes as JSON text. */
  const ofBytes = (bytes: number, unit: string): JsonObject => {
    const empty = Buffer.byteLength(JSON.stringify(track({ properties: { filler: "", rest: "" } })));
    const each = Buffer.byteLength(JSON.stringify(unit)) - 2;
    const count = Math.floor((bytes - empty) / each);
    const rest = "x".repeat(bytes - empty - count * each);
    return track({ properties: { filler: unit.repeat(count), rest } }) as JsonObject;
  };
  it.each(["a", "é", "🛒", "\u0001", "\ud800", '"'])("is exact, in bytes of JSON text, of %j", (unit) => {
    expect(Buffer.byteLength(JSON.stringify(ofBytes(limit, unit)))).toBe(limit);
    expect(codeOf(ofBytes(limit, unit))).toBeUndefined();
    expect(codeOf(ofBytes(limit + 1, unit))).toBe("event.too_large");
  });
  it("is bounded in depth, and what is too deep is kept whole", () => {
    const nested = (levels: number): unknown => JSON.parse(`${"[".repeat(levels)}${"]".repeat(levels)}`);
    const { depth } = defaultAdmissionLimits;
    // The event and its properties are two levels themselves.
    expect(codeOf(track({ properties: { deep: nested(depth - 2) } }))).toBeUndefined();
    expect(codeOf(track({ properties: { deep: nested(depth - 1) } }))).toBe("event.too_deep");
    const abyss = taken(track({ properties: { deep: nested(100_000) } }));
    expect(abyss).toMatchObject({ kind: "bad", badEvent: { code: "event.too_deep" } });
    expect(abyss.kind === "bad" && abyss.badEvent.payload).toContain(`"deep":${"[".repeat(100_000)}]`);
  });
  it("is refused before anything else is said of it", () => {
    expect(codeOf({ type: "track", properties: { filler: "x".repeat(limit) } })).toBe("event.too_large");
  });
});

describe("text that is not Unicode", () => {
  it("is mended in events, and stands as it was in bad events", () => {
    const half = track({ userId: "u\ud800", properties: { "\udc00": "x\ud83d" } });
    expect(eventOf(half)).toMatchObject({ userId: "u\ufffd", properties: { "\ufffd": "x\ufffd" } });
    const bad = taken({ ...half, event: null });
    expect(bad.kind === "bad" && bad.badEvent.payload).toContain("u\\ud800");
  });
  it("is not made by cutting what is kept", () => {
    const cut = badEvent({
      code: "body.too_large",
      problems: [],
      payload: `x${"🛒".repeat(200_000)}`,
      receivedAt: NOW,
      source: "shop",
      position: 0,
    });
    expect(cut.payload.isWellFormed()).toBe(true);
    expect(cut.payload.length).toBe(262_144);
  });
});

describe("times", () => {
  it("are set right by the sender's clock", () => {
    const sent = track({ timestamp: "2026-11-02T08:00:00Z", sentAt: "2026-11-02T08:00:30Z" });
    expect(eventOf(sent)).toMatchObject({ eventTime: NOW - 30_000, originalTime: Date.parse("2026-11-02T08:00:00Z") });
  });
  it("stay within the calendar, however wrong that clock is", () => {
    const far = eventOf(track({ timestamp: "9999-12-31T00:00:00Z", sentAt: "0001-01-02T00:00:00Z" }));
    expect(far).toMatchObject({ eventTime: Date.UTC(9999, 11, 31), marks: ["future_time"] });
    const early = eventOf(track({ timestamp: "0001-01-02T00:00:00Z", sentAt: "9999-12-31T00:00:00Z" }));
    expect(new Date(early.eventTime).toISOString()).toBe("0001-01-02T00:00:00.000Z");
  });
});

describe("what a batch says for its events", () => {
  it("completes the context of each, and never overrules it", () => {
    const context = { locale: "fr-FR", app: { name: "till" } };
    expect(eventOf(track({ context: { locale: "de" } }), { context }).context).toEqual({ ...context, locale: "de" });
    expect(eventOf(track({ context: null }), { context }).context).toEqual(context);
    expect(eventOf(track(), { context: "nonsense" }).context).toEqual({});
  });
});

describe("message ids", () => {
  it("are made of what was sent where there is none, alike for the same event", () => {
    const sent = track({ messageId: null, timestamp: "2026-11-01T00:00:00Z" });
    const [first, again] = [eventOf(sent), eventOf({ ...sent, sentAt: "2026-11-02T00:00:00Z" })];
    expect(first.messageId).toMatch(/^made-/);
    expect(first.marks).toEqual(["made_message_id"]);
    expect(again.messageId).toBe(first.messageId);
    expect(eventOf({ ...sent, event: "Other" }).messageId).not.toBe(first.messageId);
  });
  it("are made also where a nonsense stands for the time", () => {
    const sent = track({ messageId: "", timestamp: { toString: 1, valueOf: [] } });
    expect(eventOf(sent)).toMatchObject({ eventTime: NOW, marks: ["unreadable_time", "made_message_id"] });
  });
  it.each(["", " ", "null", "undefined", "NaN", "[object Object]"])(
    "are made where %j stands for none",
    (messageId) => {
      const [one, other] = [eventOf(track({ messageId, event: "A" })), eventOf(track({ messageId, event: "B" }))];
      expect(one.marks).toContain("made_message_id");
      expect(other.messageId).not.toBe(one.messageId);
    },
  );
  it("are taken to the letter, numbers as their text", () => {
    const idOf = (messageId: unknown): string => eventOf(track({ messageId })).messageId;
    expect(["m1", "M1", " m1", "m1 ", 17, "17", "é", "e\u0301"].map(idOf)).toEqual([
      "m1",
      "M1",
      " m1",
      "m1 ",
      "17",
      "17",
      "é",
      "e\u0301",
    ]);
  });
  it("are made apart where the sender says neither which event it is nor when it was", () => {
    const sent = track({ messageId: null });
    expect(eventOf(sent, { position: 0 }).messageId).not.toBe(eventOf(sent, { position: 1 }).messageId);
  });
  it("hold a hundred characters", () => {
    expect(codeOf(track({ messageId: "m".repeat(100) }))).toBeUndefined();
    expect(codeOf(track({ messageId: "m".repeat(101) }))).toBe("event.bad_message_id");
  });
});

describe("the types a source may send", () => {
  const event = { event: "Seen", userId: "u1", previousId: "p1", groupId: "g1", messageId: "m1" };
  const codeWith = (allowedTypes: readonly EventType[] | undefined, sent: unknown, type?: EventType) => {
    const admitted = admit(sent, { position: 0, ...(type && { type }) }, { ...admission, allowedTypes });
    return admitted.kind === "bad" ? admitted.badEvent.code : undefined;
  };
  it.each(EVENT_TYPES)("let %s in exactly where it is among them, however it is spelt, and whoever says it", (type) => {
    for (const allowed of EVENT_TYPES) {
      const code = allowed === type ? undefined : "event.type_not_allowed";
      expect(codeWith([allowed], { ...event, type })).toBe(code);
      expect(codeWith([allowed], { ...event, type: type.toUpperCase() })).toBe(code);
      expect(codeWith([allowed], event, type)).toBe(code);
    }
    expect(codeWith(EVENT_TYPES, { ...event, type })).toBeUndefined();
    expect(codeWith(undefined, { ...event, type })).toBeUndefined();
  });
  it("are asked for before anything else that may be wrong, and the bad event says which is not", () => {
    const sent = { type: "alias", userId: "" };
    const admitted = admit(sent, { position: 3 }, { ...admission, allowedTypes: ["track"] });
    if (admitted.kind === "event") throw new Error("it may not be sent");
    expect(admitted.badEvent).toMatchObject({
      code: "event.type_not_allowed",
      problems: [{ path: "type", message: "this source may not send alias" }],
      payload: JSON.stringify(sent),
      position: 3,
    });
    expect(codeWith(["track"], { ...event, type: "no such" })).toBe("event.unknown_type");
  });
});

describe("whatever is sent", () => {
  it("is an event or a bad event that holds it as it stood, and never an error", () => {
    const odd = fc.oneof(
      fc.json().map((text) => JSON.parse(text) as unknown),
      fc.record(
        {
          type: fc.oneof(fc.constantFrom("track", "Identify", "PAGE", "screen", "group", "alias"), fc.jsonValue()),
          event: fc.jsonValue(),
          userId: fc.jsonValue(),
          anonymousId: fc.jsonValue(),
          groupId: fc.jsonValue(),
          messageId: fc.jsonValue(),
          timestamp: fc.jsonValue(),
          properties: fc.jsonValue(),
          traits: fc.jsonValue(),
          context: fc.jsonValue(),
        },
        { requiredKeys: [] },
      ),
    );
    fc.assert(
      fc.property(odd, (sent) => {
        const admitted = taken(sent);
        if (admitted.kind === "bad") {
          expect(admitted.badEvent.payload).toBe(JSON.stringify(sent));
          expect(admitted.badEvent.problems.length).toBeGreaterThan(0);
        } else expect(() => JSON.stringify(admitted.event)).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });
});
