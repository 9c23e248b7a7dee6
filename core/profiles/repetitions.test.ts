import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memoryProfileStore } from "#adapters/memory/profile-store.ts";
import { defaultAdmissionLimits } from "#core/events/admission-limits.ts";
import { admit } from "#core/events/admit.ts";
import type { Event } from "#core/events/event.ts";
import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import { normaliserFor } from "#core/identity/normalise.ts";
import { identifierKey } from "#core/kernel/identifier.ts";
import { HOUR, MINUTE, SECOND } from "#core/kernel/time.ts";
import { cut, randomFrom, shuffled } from "#test/contracts/random.ts";
import { absorbEvents } from "./absorb-events.flow.ts";
import { changeRows } from "./change-rows.ts";
import { encodeComponent } from "./component-json.ts";
import { findProfile } from "./find-profile.flow.ts";
import { profileOf } from "./profiles-of.ts";

const NOON = Date.parse("2026-11-02T12:00:00Z");
const normalise = normaliserFor(defaultIdentityRules);

interface Sending {
  /** When it came in. */
  readonly at: number;
  /** When the sender says it sent it; absent where it does not say. */
  readonly sentAt?: number;
}

/** An event as the collector makes it of what a client sent. */
function received(sent: object, { at, sentAt }: Sending): Event {
  const admitted = admit(
    sent,
    { position: 0, ...(sentAt === undefined ? {} : { sentAt }) },
    { source: "web", trust: "browser", receivedAt: at, limits: defaultAdmissionLimits, normalise },
  );
  if (admitted.kind === "bad") throw new Error(admitted.badEvent.code);
  return admitted.event;
}

function world() {
  const store = memoryProfileStore();
  return {
    store,
    absorb: (events: readonly Event[]) =>
      absorbEvents({ store, pause: async () => {} }, { events, assertions: [] }, defaultIdentityRules),
    profile: async (userId = "ana") => {
      const found = await findProfile(store, identifierKey({ type: "user_id", value: userId }), defaultIdentityRules);
      return found && profileOf(found.group, found.version);
    },
  };
}

const identify = (messageId: string, plan: string, more: object = {}): object => ({
  type: "identify",
  userId: "ana",
  anonymousId: "a1",
  messageId,
  timestamp: NOON,
  traits: { plan },
  ...more,
});

describe("the same event again", () => {
  const first = { at: NOON + SECOND, sentAt: NOON + 900 };
  it.each<[string, Sending]>([
    ["the same bytes, an hour later", { at: NOON + HOUR, sentAt: first.sentAt }],
    ["sent anew, with a new time of sending", { at: NOON + HOUR, sentAt: NOON + HOUR - 40 }],
    ["sent anew by a clock that was set meanwhile", { at: NOON + HOUR, sentAt: NOON - 3 * HOUR }],
    ["years later", { at: NOON + 100_000 * HOUR, sentAt: first.sentAt }],
  ])("changes nothing and is not even written: %s", async (_what, again) => {
    const { store, absorb, profile } = world();
    await absorb([received(identify("m1", "free"), first)]);
    await absorb([received(identify("m2", "pro", { timestamp: NOON + MINUTE }), { at: NOON + 2 * MINUTE })]);
    const [before, stored] = [await profile(), structuredClone([...store.all])];
    const { changes } = await absorb([received(identify("m1", "free"), again)]);
    expect(changes).toEqual([]);
    expect(await profile()).toEqual(before);
    expect(before?.traits).toEqual({ plan: "pro" });
    expect([...store.all]).toEqual(stored);
  });

  it("does not bring back a consent that was withdrawn meanwhile", async () => {
    const { absorb, profile } = world();
    const word = (messageId: string, marketing: boolean, at: number) =>
      identify(messageId, "free", { timestamp: at, context: { consent: { categoryPreferences: { marketing } } } });
    await absorb([received(word("yes", true, NOON), { at: NOON, sentAt: NOON })]);
    await absorb([received(word("no", false, NOON + MINUTE), { at: NOON + MINUTE, sentAt: NOON + MINUTE })]);
    await absorb([received(word("yes", true, NOON), { at: NOON + HOUR, sentAt: NOON })]);
    expect((await profile())?.consent.marketing?.state).toBe("denied");
  });

  it("is told also where it never said when it happened", async () => {
    const { absorb, profile } = world();
    const timeless = { type: "track", event: "Seen", userId: "ana", messageId: "m1" };
    await absorb([received(timeless, { at: NOON })]);
    const before = await profile();
    await absorb([received(timeless, { at: NOON + HOUR })]);
    expect(await profile()).toEqual(before);
  });

  it("is told within one batch too, where the copy that came in first counts", async () => {
    const { absorb, profile } = world();
    const [early, late] = [first, { at: NOON + HOUR, sentAt: first.sentAt }];
    await absorb([received(identify("m1", "late"), late), received(identify("m1", "early"), early)]);
    expect(await profile()).toMatchObject({ traits: { plan: "early" }, lastSeen: "2026-11-02T12:00:00.100Z" });
  });

  it("counts with what its first copy said where it says something else", async () => {
    const { absorb, profile } = world();
    await absorb([received(identify("m1", "a first word"), first)]);
    await absorb([received(identify("m1", "z second word", { anonymousId: "a2" }), { at: NOON + HOUR, sentAt: NOON })]);
    expect(await profile()).toMatchObject({ traits: { plan: "a first word" } });
  });

  it("is another event where another source says it", async () => {
    const { absorb, profile } = world();
    await absorb([received(identify("m1", "a"), first)]);
    await absorb([
      { ...received(identify("m1", "b", { timestamp: NOON + HOUR }), { at: NOON + HOUR }), source: "till" },
    ]);
    expect(await profile()).toMatchObject({ traits: { plan: "b" }, lastSeen: "2026-11-02T13:00:00.000Z" });
  });
});

describe("an upload repeated", () => {
  it("keeps the order of its events, also of those that are not remembered one by one", async () => {
    const { absorb, profile } = world();
    const many = Array.from({ length: 300 }, (_, nth) => identify(`m${nth}`, `plan ${nth}`, { timestamp: NOON + nth }));
    const upload = (at: number) => many.map((sent) => received(sent, { at, sentAt: NOON + SECOND }));
    await absorb(upload(NOON + SECOND));
    const before = await profile();
    await absorb(upload(NOON + HOUR));
    expect(await profile()).toEqual(before);
    expect(before?.traits).toEqual({ plan: "plan 299" });
  });

  it("does not take new events for old ones because an id was given twice", async () => {
    const { absorb, profile } = world();
    await absorb([received(identify("page-/", "free"), { at: NOON, sentAt: NOON })]);
    const next = { at: NOON + 24 * HOUR, sentAt: NOON + 24 * HOUR };
    await absorb([
      received(identify("page-/", "free", { timestamp: next.at }), next),
      received(identify("unique", "pro", { timestamp: next.at }), next),
    ]);
    expect(await profile()).toMatchObject({ traits: { plan: "pro" }, lastSeen: "2026-11-03T12:00:00.000Z" });
  });
});

describe("any repetition, in any order and any cuts", () => {
  /** A sender whose clock is off, that sends each upload until it is answered, with its old or with new words. */
  const sender = fc.record({
    skew: fc.constantFrom(0, -3 * HOUR, 17, 26 * HOUR),
    uploads: fc.array(
      fc.record({
        events: fc.array(
          fc.record({
            plan: fc.constantFrom("free", "pro", null),
            allows: fc.option(fc.boolean(), { nil: undefined }),
          }),
          { minLength: 1, maxLength: 4 },
        ),
        again: fc.array(fc.record({ after: fc.integer({ min: 1, max: 400 * HOUR }), anew: fc.boolean() }), {
          maxLength: 3,
        }),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    seed: fc.integer(),
  });

  it("gives the profile and the lake's rows that sending once gives", async () => {
    await fc.assert(
      fc.asyncProperty(sender, async ({ skew, uploads, seed }) => {
        const random = randomFrom(seed);
        const once: Event[] = [];
        const again: Event[] = [];
        uploads.forEach((upload, nth) => {
          const [happened, at] = [NOON + nth * MINUTE, NOON + nth * MINUTE + 20 * SECOND];
          upload.events.forEach(({ plan, allows }, place) => {
            const context = allows === undefined ? {} : { consent: { categoryPreferences: { marketing: allows } } };
            const sent = identify(`m${nth}-${place}`, "", {
              timestamp: happened + place + skew,
              traits: { plan },
              context,
            });
            once.push(received(sent, { at, sentAt: at + skew }));
            for (const { after, anew } of upload.again) {
              again.push(received(sent, { at: at + after, sentAt: (anew ? at + after - 30 : at) + skew }));
            }
          });
        });
        const [single, repeated] = [world(), world()];
        await single.absorb(once);
        await repeated.absorb(once);
        for (const batch of cut(shuffled([...once, ...again], random), 5, random)) {
          const { changes } = await repeated.absorb(batch);
          const rows = changes.map((change) => changeRows(change, defaultIdentityRules, 0));
          expect(rows).toEqual([]);
        }
        expect(await repeated.profile()).toEqual(await single.profile());
        const texts = ({ store }: typeof single) =>
          [...store.all].map(([, stored]) => (stored.kind === "component" ? encodeComponent(stored.component) : ""));
        expect(texts(repeated)).toEqual(texts(single));
      }),
    );
  });
});
