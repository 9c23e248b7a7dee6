import { expect, it } from "vitest";
import { memoryMembershipStore } from "#adapters/memory/membership-store.ts";
import { memoryProfileStore } from "#adapters/memory/profile-store.ts";
import type { Event } from "#core/events/event.ts";
import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import type { Identifier } from "#core/kernel/identifier.ts";
import { absorbEvents } from "#core/profiles/absorb-events.flow.ts";
import type { Assertion } from "#core/profiles/evidence.ts";
import type { Condition } from "#core/segments/condition.ts";
import { streamingStore } from "#test/contracts/change-stream.ts";
import { sampleEvent } from "#test/contracts/intake.ts";
import { reactToChanges } from "./react.flow.ts";
import { segmentSet } from "./segment-set.ts";

const NOW = Date.parse("2026-03-01T00:00:00Z");

/** One segment, and what is said, one after the other, with the changes that each saying makes. */
function worldWith(condition: Condition) {
  const opened = memoryProfileStore();
  const memberships = memoryMembershipStore(opened);
  const { store, stream } = streamingStore(opened);
  const segments = segmentSet([{ id: "s", version: 1, updatedAt: 0, definition: { name: "s", condition } }]);
  const members = (): readonly string[] =>
    [...memberships.all].flatMap(([id, record]) => (Object.hasOwn(record.memberships, "s") ? [id] : []));
  return {
    stream,
    members,
    say: (events: readonly Event[], assertions: readonly Assertion[] = []) =>
      absorbEvents({ store, pause: async () => {} }, { events, assertions }, defaultIdentityRules),
    /** What a shard delivers at once. */
    deliver: (from = 0, to = stream.changes.length) =>
      reactToChanges({ store: opened, memberships }, stream.changes.slice(from, to), {
        segments,
        rules: defaultIdentityRules,
        now: NOW,
      }),
  };
}

const user = (value: string): Identifier => ({ type: "user_id", value });
const inCity = (messageId: string, city: string, seconds: number): Event =>
  sampleEvent(messageId, { type: "identify", identifiers: [user("u0")], traits: { city }, eventTime: NOW + seconds });

it("judges a trait again that became what it was, where what it was in between was judged already", async () => {
  const { say, deliver, members } = worldWith({ trait: "city", eq: "Lyon" });
  await say([inCity("m1", "Lyon", 1)]);
  await deliver();
  await say([inCity("m2", "Nice", 2)]);
  await deliver(1);
  expect(members(), "who moved away is out").toEqual([]);
  await say([inCity("m3", "Lyon", 3)]);
  // Whoever took the second died before saying so: it comes again with the third, from Lyon to Lyon.
  await deliver(1);
  expect(members(), "who came back is in").toHaveLength(1);
});

it("looks up a profile that came and went, where it was judged in between", async () => {
  const { say, deliver, members, stream } = worldWith({ trait: "city", missing: true });
  const email = { type: "email", value: "e0@example.org" };
  const tell = (id: string, identifiers: readonly Identifier[]): Event => sampleEvent(id, { identifiers });
  await say([tell("m1", [user("u0"), email])]);
  const link = [...stream.changes].flatMap(({ after }) =>
    after.kind === "component" ? [...after.component.links.keys()] : [],
  )[0];
  expect(link, "the two are linked").toBeDefined();
  if (link === undefined) return;
  await say([], [{ kind: "retraction", link }]);
  await deliver();
  expect(members(), "both are somebody").toHaveLength(2);
  // The e-mail's component goes into another's; of the three states of its key only the last is told of, with the others.
  await say([tell("m2", [user("u0"), { type: "phone", value: "+33612345678" }, email])]);
  await say([tell("m3", [{ type: "phone", value: "+33612345678" }, email])]);
  await deliver();
  const standing = new Set(members());
  expect(standing.size, "who is one with another is nobody of their own").toBeLessThan(2);
});
