import { setImmediate } from "node:timers/promises";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EpochMs } from "#core/kernel/time.ts";
import { absorbEvents, type ComponentChange } from "#core/profiles/absorb-events.flow.ts";
import type { ProfileStore } from "#core/profiles/ports.ts";
import { type ProfileId, profileIdOf } from "#core/profiles/profile-id.ts";
import type { Condition } from "#core/segments/condition.ts";
import type { MembershipStore } from "#core/segments/ports.ts";
import { lookAt } from "#core/segments/realtime/decider.ts";
import { knownPersonOf } from "#core/segments/realtime/known-person.ts";
import { type ReactPorts, reactToChanges } from "#core/segments/realtime/react.flow.ts";
import { seenIn } from "#core/segments/realtime/seen-profiles.ts";
import { type SegmentSet, segmentSet } from "#core/segments/realtime/segment-set.ts";
import { reactToTime } from "#core/segments/realtime/timers.flow.ts";
import type { SegmentChangeRow } from "#core/segments/segment-change-row.ts";
import { type BesideInMotion, besideInMotion, LIST, type OpenedBeside, SCORE } from "./beside-in-motion.ts";
import { changeBeside } from "./change-beside.ts";
import { streamingStore } from "./change-stream.ts";
import { type History, histories, tightRules } from "./histories.ts";
import { cut, randomFrom, shuffled } from "./random.ts";
import { dawdle, dawdleLong, unsteadyBeside, unsteadyMemberships, untilDone } from "./unsteady-memberships.ts";
import { unsteadyStore } from "./unsteady-store.ts";

/** Empty stores, and what the lake was told of memberships, repetitions included. */
export interface OpenedMemberships extends OpenedBeside {
  readonly store: ProfileStore;
  readonly memberships: MembershipStore;
  readonly rows: () => Promise<readonly SegmentChangeRow[]>;
  readonly close: () => Promise<void>;
}

/** How many times as many histories as in `npm test`: `MEMBERSHIP_TIMES=50 npx vitest run test/contracts/membership.test.ts`. */
const MORE = Number(process.env.MEMBERSHIP_TIMES ?? 1);

/** Histories happen in the second second of 1970: so a minute later their events leave the window one by one. */
const NOW = 60_500;
const LATER = [61_000, 61_002, 61_004, 61_006, 61_007, 200_000];

const SEGMENTS: Readonly<Record<string, Condition>> = {
  seen: { event: "Seen" },
  twice: { event: "Seen", count: { gte: 2 } },
  lately: { event: "Seen", within: { last: "1min" } },
  quiet: { not: { event: "Seen", within: { last: "1min" }, count: { gte: 2 } } },
  city: { trait: "city", eq: "x" },
  nameless: { trait: "name", missing: true },
  ads: { consent: "ads", is: "granted" },
  vip: { list: LIST },
  common: { all: [{ not: { list: LIST } }, { trait: "city", eq: "x" }] },
  scored: { computed: SCORE, gte: 1 },
  unscored: { computed: SCORE, missing: true },
  mixed: {
    any: [
      {
        all: [
          { computed: SCORE, gte: 2 },
          { event: "Seen", within: { last: "1min" } },
        ],
      },
      { all: [{ list: LIST }, { consent: "ads", is: "granted" }] },
    ],
  },
  both: { all: [{ segment: "lately" }, { not: { consent: "email", is: "denied" } }] },
};

const someSegments: SegmentSet = segmentSet(
  Object.entries(SEGMENTS).map(([id, condition]) => ({
    id,
    version: 1,
    updatedAt: 0,
    definition: { name: id, condition },
  })),
);

interface Course {
  readonly faults: number;
  readonly longestBatch: number;
  readonly strays: number;
  /** How often something moves beside the profiles. */
  readonly changes: number;
  readonly seed: number;
}

const courses = (mostFaults: number): fc.Arbitrary<Course> =>
  fc.record({
    faults: fc.integer({ min: 0, max: mostFaults }),
    longestBatch: fc.constantFrom(1, 3, 10),
    strays: fc.constantFrom(0, 3, 8),
    changes: fc.constantFrom(0, 2, 6, 12),
    seed: fc.integer(),
  });

/**
 * The promise of memberships, for stores: whatever the order in which keys' changes come, whatever comes twice, late or
 * beside others, and whoever dies between any two calls, in the end everybody is in what their profile says, the lake was
 * told of every turn, and of none twice in other words.
 */
export function membershipConvergence(
  name: string,
  open: () => Promise<OpenedMemberships>,
  { runs = 100, mostFaults = 40 } = {},
): void {
  describe(`memberships converge on ${name}`, () => {
    const asked = Math.ceil(runs * MORE);
    it(
      "through races, redelivery, reordering, refusals, time-outs and deaths, and as time goes by",
      async () => {
        await fc.assert(
          fc.asyncProperty(histories(16), courses(mostFaults), async (history, course) => {
            const opened = await open();
            try {
              await prove(opened, history, course);
            } finally {
              await opened.close();
            }
          }),
          { numRuns: asked, endOnFailure: runs < 10 },
        );
      },
      300_000 * Math.max(1, MORE),
    );
  });
}

async function prove(opened: OpenedMemberships, history: History, course: Course): Promise<void> {
  const random = randomFrom(course.seed);
  const { store, stream } = streamingStore(opened.store);
  const moving = besideInMotion(opened, random);
  const ports: ReactPorts = {
    store: unsteadyStore(opened.store, random, course.faults),
    memberships: unsteadyMemberships(opened.memberships, random, course.faults),
    beside: unsteadyBeside(moving.beside, random, course.faults),
  };
  const terms = (now: EpochMs) => ({ segments: someSegments, rules: tightRules, now });
  const react = (changes: readonly ComponentChange[]) => untilDone(() => reactToChanges(ports, changes, terms(NOW)));
  const said = shuffled(
    [
      ...history.events.map((event) => ({ events: [event], assertions: [] })),
      ...history.assertions.map((assertion) => ({ events: [], assertions: [assertion] })),
    ],
    random,
  );
  let isOver = false;
  const absorbing = async (): Promise<void> => {
    for (const batch of cut(said, 4, random)) {
      const whole = { events: batch.flatMap((one) => one.events), assertions: batch.flatMap((one) => one.assertions) };
      await absorbEvents({ store, pause: async () => {} }, whole, tightRules);
      await dawdleLong(random);
    }
    isOver = true;
  };
  // One reader for each shard, as of a stream: what one key did comes in order, and nothing else does.
  const reading = async (shard: number): Promise<void> => {
    for (let at = 0; ; ) {
      const mine = stream.changes.filter(({ key }) => key.charCodeAt(5) % 3 === shard);
      const batch = mine.slice(at, at + 1 + Math.floor(random() * course.longestBatch));
      if (batch.length === 0 && isOver) return;
      // A store that answers over the network gets its turn.
      if (batch.length === 0) await setImmediate();
      await react(batch);
      at += batch.length;
      await dawdle(random);
    }
  };
  // What was delivered before may come again at any time; and timers may go off whenever they like.
  const straying = async (): Promise<void> => {
    for (let left = course.strays; left > 0; left--) {
      await dawdleLong(random);
      const from = Math.floor(random() * stream.changes.length);
      await react(stream.changes.slice(from, from + 3));
      await untilDone(() => reactToTime(ports, terms(NOW), 3));
    }
  };
  const besides = changeBeside({ ports, moving, random, terms: terms(NOW), course });
  await Promise.all([absorbing(), reading(0), reading(1), reading(2), straying(), straying(), ...besides]);
  await holds(opened, moving, stream.changes, NOW);
  for (const now of LATER) {
    for (let looked = 1; looked > 0; ) ({ looked } = await untilDone(() => reactToTime(ports, terms(now), 2)));
    await holds(opened, moving, stream.changes, now);
  }
}

/** Everybody is in what their profile says, and the lake's story leads there. */
async function holds(
  opened: OpenedMemberships,
  moving: BesideInMotion,
  changes: readonly ComponentChange[],
  now: EpochMs,
): Promise<void> {
  const keys = [...new Set(changes.map(({ key }) => key))];
  const stored = await opened.store.read(keys, { fresh: true });
  const members = new Set<ProfileId>(keys.map(profileIdOf));
  const wanted = new Map<ProfileId, Readonly<Record<string, boolean>>>();
  for (const each of stored.values()) {
    const { groups, following } = seenIn(each, tightRules);
    for (const group of groups) {
      const keys = group.members.map(([key]) => key);
      wanted.set(group.id, answersFor(knownPersonOf(group, following, moving.known(group.id, keys)), now));
    }
    if (each.kind === "component") for (const key of each.component.members.keys()) members.add(profileIdOf(key));
  }
  const records = await opened.memberships.of([...members]);
  const story = storyOf(await opened.rows());
  for (const id of members) {
    const is = Object.keys(records.get(id)?.memberships ?? {}).sort();
    const wants = wanted.get(id) ?? {};
    for (const segment of Object.keys(SEGMENTS)) {
      if (wants[segment] === undefined && wanted.has(id)) continue;
      expect(is.includes(segment), `${id} in ${segment} at ${now}`).toBe(wants[segment] ?? false);
    }
    const told = Object.keys(SEGMENTS).filter((segment) => story.get(`${segment} ${id}`)?.at(-1) === "entered");
    expect(told.sort(), `the story of ${id}`).toEqual(is);
  }
  for (const [who, turns] of story) {
    const wanted = turns.map((_, nth) => (nth % 2 === 0 ? "entered" : "left"));
    expect(turns, `the story of ${who}`).toEqual(wanted);
  }
}

function answersFor(person: ReturnType<typeof knownPersonOf>, now: EpochMs): Readonly<Record<string, boolean>> {
  const look = lookAt(person, now);
  return Object.fromEntries(
    someSegments.all.flatMap(({ id, decide }) => {
      const { answer } = decide(look);
      return answer === undefined ? [] : [[id, answer]];
    }),
  );
}

/** By segment and profile, each turn once, in order. A row that came twice came in the same words. */
function storyOf(rows: readonly SegmentChangeRow[]): ReadonlyMap<string, readonly string[]> {
  const turns = [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
  turns.sort((x, y) => (x.evaluated_at < y.evaluated_at ? -1 : 1));
  const story = Map.groupBy(turns, ({ segment_id, profile_id }) => `${segment_id} ${profile_id}`);
  for (const told of story.values()) {
    expect(new Set(told.map(({ evaluated_at }) => evaluated_at)).size, "turns have an order").toBe(told.length);
  }
  return new Map([...story].map(([who, told]) => [who, told.map(({ change }) => change)]));
}
