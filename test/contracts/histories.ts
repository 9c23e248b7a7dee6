import * as fc from "fast-check";
import type { Event } from "#core/events/event.ts";
import { IdentityRules } from "#core/identity/identity-rules.ts";
import { assertLink } from "#core/identity/link.ts";
import { compareIdentifiers, type Identifier, identifierText } from "#core/kernel/identifier.ts";
import type { Assertion } from "#core/profiles/evidence.ts";
import { evidenceOf } from "#core/profiles/evidence.ts";

/** Everything that was ever said, as a set: what the answer may depend on. */
export interface History {
  readonly events: readonly Event[];
  readonly assertions: readonly Assertion[];
}

/**
 * Tight, so that small histories meet every rule: limits, the cap, shared devices, more events than are remembered (of
 * which owners may not ask for so few).
 */
export const tightRules: IdentityRules = {
  ...IdentityRules.parse({ limits: { user_id: 1, email: 2 }, maxIdentifiers: 5, sharedAbove: 2 }),
  recentEvents: 3,
};

/** All that anybody in a history is known by. */
export const POOL: readonly Identifier[] = [
  ...["u0", "u1", "u2", "u3"].map((value) => ({ type: "user_id", value })),
  ...["c0", "c1"].map((value) => ({ type: "loyalty_card", value })),
  ...["e0@x.org", "e1@x.org", "e2@x.org"].map((value) => ({ type: "email", value })),
  ...["d0"].map((value) => ({ type: "device_id", value })),
  ...["a0", "a1", "a2", "a3"].map((value) => ({ type: "anonymous_id", value })),
];

const identifier = fc.constantFrom(...POOL);
const identifiers = fc
  .uniqueArray(identifier, { minLength: 1, maxLength: 3, selector: identifierText })
  .map((list) => list.sort(compareIdentifiers));
/** Few instants, so that many are equal. */
const instant = fc.integer({ min: 1_000, max: 1_006 });

const event: fc.Arbitrary<Omit<Event, "messageId">> = fc
  .record({
    source: fc.constantFrom("web", "till"),
    trust: fc.constantFrom("browser" as const, "server" as const),
    type: fc.constantFrom("track" as const, "identify" as const),
    identifiers,
    eventTime: instant,
    traits: fc.dictionary(fc.constantFrom("name", "city", "constructor", "__proto__"), fc.constantFrom("x", "y", null)),
    revenue: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
    consent: fc.option(fc.dictionary(fc.constantFrom("email", "ads"), fc.boolean()), { nil: undefined }),
    device: fc.option(fc.constantFrom("tablet", "till-2"), { nil: undefined }),
  })
  .map(({ revenue, consent, device, ...said }) => ({
    ...said,
    name: said.type === "track" ? "Seen" : "identify",
    receivedAt: said.eventTime,
    properties: revenue === undefined ? {} : { revenue },
    context: device === undefined ? {} : { device: { id: device } },
    ...(consent === undefined ? {} : { consent }),
  }));

const link: fc.Arbitrary<Assertion> = fc
  .record({
    between: fc.uniqueArray(identifier, { minLength: 2, maxLength: 2, selector: identifierText }),
    class: fc.constantFrom("human" as const, "human" as const, "probabilistic" as const),
    verdict: fc.constantFrom("same" as const, "same" as const, "different" as const),
    weight: fc.constantFrom(1, 0.5),
    at: instant,
    reason: fc.option(fc.constantFrom("phone call", "typo"), { nil: undefined }),
  })
  .map(({ at, between, reason, ...claim }) => {
    const pair = between as [Identifier, Identifier];
    const stated = { ...claim, between: pair, source: "console", trust: "server" as const, at: { at, by: "x" } };
    return { kind: "link", between: pair, link: assertLink(reason === undefined ? stated : { ...stated, reason }) };
  });

/**
 * Small worlds in which everything happens: shared devices, several values of a limited type, people's decisions both
 * ways, retractions of links that events or people asserted (and, in some orders, before anybody did).
 */
export const histories = (longest = 30): fc.Arbitrary<History> =>
  fc
    .record({
      events: fc.array(event, { minLength: 1, maxLength: longest }),
      links: fc.array(link, { maxLength: 4 }),
      retracted: fc.array(fc.nat(), { maxLength: 3 }),
    })
    .map(({ events, links, retracted }) => {
      const named = events.map((said, at) => ({ ...said, messageId: `m${at}` }));
      const asserted = [
        ...named.flatMap((each) => evidenceOf(each, () => false).flatMap(({ links }) => [...links.keys()])),
        ...links.flatMap((each) => (each.kind === "link" ? [each.link.id] : [])),
      ];
      const retractions = asserted.length === 0 ? [] : retracted.map((at) => asserted[at % asserted.length]);
      return {
        events: named,
        assertions: [
          ...links,
          ...retractions.flatMap((id): Assertion[] => (id === undefined ? [] : [{ kind: "retraction", link: id }])),
        ],
      };
    });
