import type { SQSEvent } from "aws-lambda";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type MemoryProfileStore, memoryProfileStore } from "#adapters/memory/profile-store.ts";
import type { Event } from "#core/events/event.ts";
import { compareIdentifiers, type Identifier, identifierKey } from "#core/kernel/identifier.ts";
import type { ProfileStore } from "#core/profiles/ports.ts";
import { histories, tightRules } from "#test/contracts/histories.ts";
import { cut, randomFrom, shuffled } from "#test/contracts/random.ts";
import { referenceProfiles } from "#test/contracts/reference-profiles.ts";
import { storedProfiles } from "#test/contracts/stored-profiles.ts";
import { unsteadyStore } from "#test/contracts/unsteady-store.ts";
import { resolveHandler } from "./handler.ts";

const user = (value: string): Identifier => ({ type: "user_id", value });
const device = (value: string): Identifier => ({ type: "anonymous_id", value });

let made = 0;
const seen = (...who: readonly Identifier[]): Event => ({
  messageId: `m${made++}`,
  source: "shop",
  trust: "server",
  type: "track",
  name: "Seen",
  identifiers: [...who].sort(compareIdentifiers),
  eventTime: 1_000,
  receivedAt: 1_000,
  properties: {},
  traits: {},
  context: {},
});

type Messages = readonly (readonly [string, string])[];
const messageOf = (events: readonly Event[], assertions: readonly unknown[] = []): string =>
  JSON.stringify({ v: 1, events, assertions });
const delivered = (messages: Messages): SQSEvent => ({
  Records: messages.map(([messageId, body]) => ({ messageId, body }) as SQSEvent["Records"][number]),
});

function world(store: ProfileStore) {
  const troubles: string[] = [];
  const handler = resolveHandler({
    store,
    pause: async () => {},
    rules: tightRules,
    onTrouble: (_error, messageId) => troubles.push(messageId),
    onQuarantine: () => {},
  });
  const deliver = async (messages: Messages): Promise<readonly string[]> =>
    (await handler(delivered(messages))).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  return { deliver, troubles };
}

/** Keys read and lists written, one entry for each: what DynamoDB would bill. */
function counting(store: MemoryProfileStore) {
  const bill = { keysRead: 0, puts: 0, transactions: 0, calls: 0 };
  const counted: ProfileStore = {
    read: (keys, options) => {
      bill.calls++;
      bill.keysRead += keys.length;
      return store.read(keys, options);
    },
    write: (lists) => {
      bill.calls++;
      bill.puts += lists.filter((list) => list.length === 1).length;
      bill.transactions += lists.filter((list) => list.length > 1).length;
      return store.write(lists);
    },
  };
  return { bill, store: counted };
}

describe("what a batch of the resolve queue costs", () => {
  const people = Array.from({ length: 20 }, (_, nth) => [user(`u${nth}`), device(`d${nth}`)] as const);
  const visits = (times: number) => people.flatMap((person) => Array.from({ length: times }, () => seen(...person)));

  it("is one read and one conditional put for each profile touched, however many events and messages", async () => {
    const memory = memoryProfileStore();
    await world(memory).deliver([["first", messageOf(visits(1))]]);
    const { bill, store } = counting(memory);
    const batch = cut(visits(15), 30, () => 0.99).map((events, nth) => [`q${nth}`, messageOf(events)] as const);
    expect(await world(store).deliver(batch)).toEqual([]);
    expect(bill).toEqual({ keysRead: people.length, puts: people.length, transactions: 0, calls: 2 });
  });

  it("is a read for each profile and nothing else where all of it came before", async () => {
    const memory = memoryProfileStore();
    const events = visits(3);
    await world(memory).deliver([["first", messageOf(events)]]);
    const { bill, store } = counting(memory);
    await world(store).deliver([["again", messageOf(events)]]);
    expect(bill).toEqual({ keysRead: people.length, puts: 0, transactions: 0, calls: 1 });
  });

  it("is one transaction for each merge of two profiles, and none for anything else", async () => {
    const memory = memoryProfileStore();
    const apart = people.flatMap((person) => person.map((each) => seen(each)));
    await world(memory).deliver([["first", messageOf(apart)]]);
    const { bill, store } = counting(memory);
    await world(store).deliver([["merging", messageOf(visits(2))]]);
    expect(bill).toMatchObject({ keysRead: 2 * people.length, puts: 0, transactions: people.length });
  });

  it("is one read more and one write more for a batch that lost a race, and nobody else's", async () => {
    const memory = memoryProfileStore();
    await world(memory).deliver([["first", messageOf(visits(1))]]);
    const { bill, store } = counting(memory);
    let raced = false;
    const racing: ProfileStore = {
      read: store.read,
      write: async (lists) => {
        if (!raced) {
          raced = true;
          await world(memory).deliver([["other", messageOf([seen(...(people[3] ?? []))])]]);
        }
        return store.write(lists);
      },
    };
    expect(await world(racing).deliver([["late", messageOf(visits(1))]])).toEqual([]);
    expect(bill).toMatchObject({ keysRead: people.length + 1, puts: people.length + 1, transactions: 0 });
  });
});

describe("poison in a batch of the resolve queue", () => {
  const poisons: readonly (readonly [string, string])[] = [
    ["no JSON", "{"],
    ["another form", JSON.stringify({ v: 2, events: [], assertions: [] })],
    ["no object", "null"],
    ["events that are none", messageOf([null as unknown as Event])],
    ["an event without identifiers", JSON.stringify({ v: 1, events: [{ messageId: "x" }], assertions: [] })],
    ["an assertion that is none", messageOf([], [{ kind: "nonsense" }])],
    ["a retraction of nothing", messageOf([], [{ kind: "retraction" }])],
  ];
  it.each(poisons)("that is %s fails alone, each time it comes, and stops nobody", async (_kind, poison) => {
    const store = memoryProfileStore();
    const { deliver, troubles } = world(store);
    const batch: Messages = [
      ["a", messageOf([seen(user("ana"))])],
      ["poison", poison],
      ["b", messageOf([seen(user("bob"))])],
    ];
    for (let times = 1; times <= 3; times++) {
      expect(await deliver(batch)).toEqual(["poison"]);
      expect(troubles).toHaveLength(times);
    }
    expect([...store.all.keys()].sort()).toEqual([user("ana"), user("bob")].map(identifierKey).sort());
  });
});

describe("the resolve queue, as SQS delivers", () => {
  it("leaves what the set of everything said gives, through duplicates, partial answers, poison and several functions", async () => {
    const holds = fc.asyncProperty(histories(20), fc.integer(), async (history, seed) => {
      const random = randomFrom(seed);
      const store = memoryProfileStore();
      const { deliver } = world(unsteadyStore(store, random, 30));
      const parts = [
        ...cut(history.events, 3, random).map((events) => messageOf(events)),
        ...history.assertions.map((assertion) => messageOf([], [assertion])),
      ];
      const twice = parts.filter(() => random() < 0.3);
      const queue = shuffled([...parts, ...twice, "{", "{"], random).map((body, nth) => [`q${nth}`, body] as const);
      const deaths = new Map<string, number>();
      const work = async (): Promise<void> => {
        for (let batch = queue.splice(0, 4); batch.length > 0; batch = queue.splice(0, 4)) {
          const failed = new Set(await deliver(batch));
          for (const message of batch.filter(([id]) => failed.has(id))) {
            const tries = (deaths.get(message[0]) ?? 0) + 1;
            deaths.set(message[0], tries);
            if (message[1] !== "{" || tries < 5) queue.push(message); // Then it is in the dead-letter queue.
          }
        }
      };
      await Promise.all([work(), work(), work()]);
      expect(await storedProfiles(store, history, tightRules)).toEqual(referenceProfiles(history, tightRules));
    });
    await fc.assert(holds, { numRuns: 150 });
  });
});
