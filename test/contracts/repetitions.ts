import type { SQSEvent } from "aws-lambda";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultAdmissionLimits } from "#core/events/admission-limits.ts";
import { admit } from "#core/events/admit.ts";
import type { Event } from "#core/events/event.ts";
import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import { normaliserFor } from "#core/identity/normalise.ts";
import { type Identifier, identifierKey } from "#core/kernel/identifier.ts";
import { HOUR, MINUTE } from "#core/kernel/time.ts";
import { findProfile } from "#core/profiles/find-profile.flow.ts";
import type { ProfileStore } from "#core/profiles/ports.ts";
import type { Profile } from "#core/profiles/profile.ts";
import { profileOf } from "#core/profiles/profiles-of.ts";
import { resolveHandler } from "#lambdas/resolve/handler.ts";
import { cut, randomFrom, shuffled } from "./random.ts";
import { unsteadyStore } from "./unsteady-store.ts";

const NOON = Date.parse("2026-11-02T12:00:00Z");
const normalise = normaliserFor(defaultIdentityRules);
const PEOPLE = ["ana", "bob"] as const;
const DEVICES = ["a1", "a2"] as const;

/** What clients sent, and what they sent again because no answer came: the same bytes later, or anew. */
interface Retries {
  /** How far each sender's clock is off, in ms. */
  readonly skew: number;
  readonly uploads: readonly {
    readonly events: readonly {
      readonly userId?: (typeof PEOPLE)[number] | undefined;
      readonly anonymousId: (typeof DEVICES)[number];
      readonly plan: string | null;
      readonly allows?: boolean | undefined;
    }[];
    readonly again: readonly { readonly after: number; readonly anew: boolean }[];
  }[];
  readonly seed: number;
}

const retries: fc.Arbitrary<Retries> = fc.record({
  skew: fc.constantFrom(0, 17, -3 * HOUR, 26 * HOUR),
  uploads: fc.array(
    fc.record({
      events: fc.array(
        fc.record({
          userId: fc.option(fc.constantFrom(...PEOPLE), { nil: undefined }),
          anonymousId: fc.constantFrom(...DEVICES),
          plan: fc.constantFrom("free", "pro", null),
          allows: fc.option(fc.boolean(), { nil: undefined }),
        }),
        { minLength: 1, maxLength: 3 },
      ),
      again: fc.array(fc.record({ after: fc.integer({ min: 1, max: 9_000 * HOUR }), anew: fc.boolean() }), {
        maxLength: 3,
      }),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  seed: fc.integer(),
});

/** Every event as it came in first, and every copy of it that came in later. */
function received({ skew, uploads }: Retries): {
  readonly once: readonly Event[];
  readonly again: readonly Event[];
} {
  const once: Event[] = [];
  const again: Event[] = [];
  uploads.forEach((upload, nth) => {
    const [happened, came] = [NOON + nth * MINUTE, NOON + nth * MINUTE + 20_000];
    upload.events.forEach(({ plan, allows, ...who }, position) => {
      const consent = allows === undefined ? {} : { consent: { categoryPreferences: { marketing: allows } } };
      const sent = {
        ...who,
        type: "identify",
        messageId: `m${nth}-${position}`,
        timestamp: happened + position + skew,
        traits: { plan },
        context: consent,
      };
      once.push(event(sent, position, came, came + skew));
      for (const { after, anew } of upload.again) {
        again.push(event(sent, position + 7, came + after, (anew ? came + after - 30 : came) + skew));
      }
    });
  });
  return { once, again };
}

function event(sent: object, position: number, receivedAt: number, sentAt: number): Event {
  const admission = { source: "web", trust: "server" as const, receivedAt, limits: defaultAdmissionLimits, normalise };
  const admitted = admit(sent, { position, sentAt }, admission);
  if (admitted.kind === "bad") throw new Error(admitted.badEvent.code);
  return admitted.event;
}

interface Queue {
  readonly workers: number;
  readonly faults: number;
  readonly random: () => number;
}

/** Takes messages to the resolve function as SQS does: some of them twice, several workers at once, until each is done. */
async function resolveAll(
  store: ProfileStore,
  events: readonly Event[],
  { workers, faults, random }: Queue,
): Promise<void> {
  const handler = resolveHandler({
    store: unsteadyStore(store, random, faults),
    pause: async () => {},
    rules: defaultIdentityRules,
    onTrouble: () => {}, // It comes again.
    onQuarantine: () => {},
  });
  const bodies = cut(events, 3, random).map((part) => JSON.stringify({ v: 1, events: part, assertions: [] }));
  const twice = bodies.filter(() => random() < 0.3);
  const queue = shuffled([...bodies, ...twice], random).map((body, nth) => ({ body, messageId: `q${nth}` }));
  const work = async (): Promise<void> => {
    for (let batch = queue.splice(0, 3); batch.length > 0; batch = queue.splice(0, 3)) {
      const { batchItemFailures } = await handler({ Records: batch as SQSEvent["Records"] });
      const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      queue.push(...batch.filter(({ messageId }) => failed.has(messageId)));
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
}

const ALL: readonly Identifier[] = [
  ...PEOPLE.map((value) => ({ type: "user_id", value })),
  ...DEVICES.map((value) => ({ type: "anonymous_id", value })),
];

const profilesIn = (store: ProfileStore): Promise<readonly (Profile | undefined)[]> =>
  Promise.all(
    ALL.map(async (identifier) => {
      const found = await findProfile(store, identifierKey(identifier), defaultIdentityRules);
      return found && profileOf(found.group, found.version);
    }),
  );

/**
 * The promise of repetitions, for a store: once events are in profiles, their copies change nothing of them, neither
 * times nor versions, whenever they come and however they are cut, however many workers race and die. That the events
 * themselves converge is `identityConvergence`'s to prove.
 */
export function repetitionsContract(
  name: string,
  open: () => Promise<{ readonly store: ProfileStore; readonly close: () => Promise<void> }>,
  { runs = 60 } = {},
): void {
  describe(`repetitions on ${name}`, () => {
    it("change nothing, in any order and any cuts, from several workers that die", async () => {
      const queue = fc.record({ workers: fc.integer({ min: 1, max: 3 }), faults: fc.integer({ min: 0, max: 12 }) });
      const holds = fc.asyncProperty(retries, queue, async (sent, how) => {
        const { store, close } = await open();
        try {
          const random = randomFrom(sent.seed);
          const { once, again } = received(sent);
          await resolveAll(store, once, { workers: 1, faults: 0, random });
          const before = await profilesIn(store);
          await resolveAll(store, [...again, ...once], { ...how, random });
          expect(await profilesIn(store)).toEqual(before);
        } finally {
          await close();
        }
      });
      await fc.assert(holds, { numRuns: runs });
    });
  });
}
