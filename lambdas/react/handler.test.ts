import type { DynamoDBRecord, SQSEvent } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { fromItem, keyIn, toItem } from "#adapters/aws/component-item.ts";
import { computedMoveIn, isComputedItem } from "#adapters/aws/computed-item.ts";
import { isMembershipItem, membershipItem, segmentRowsIn } from "#adapters/aws/membership-item.ts";
import { memoryComputedStore } from "#adapters/memory/computed-store.ts";
import { memoryDefinitions } from "#adapters/memory/definitions.ts";
import { memoryListKeys } from "#adapters/memory/list-keys.ts";
import { memoryMembershipStore } from "#adapters/memory/membership-store.ts";
import { memoryComponentPages, memoryProfileStore } from "#adapters/memory/profile-store.ts";
import type { ComputedStore } from "#core/computed/ports.ts";
import type { Event } from "#core/events/event.ts";
import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import { identifierKey } from "#core/kernel/identifier.ts";
import type { JsonObject } from "#core/kernel/json.ts";
import type { Clock } from "#core/kernel/ports.ts";
import { DAY, MINUTE } from "#core/kernel/time.ts";
import { absorbEvents, type ComponentChange } from "#core/profiles/absorb-events.flow.ts";
import { profileIdOf } from "#core/profiles/profile-id.ts";
import type { Condition } from "#core/segments/condition.ts";
import type { ListDefinition } from "#core/segments/list-definition.ts";
import { packedLink } from "#core/segments/list-link.ts";
import { besideProfiles } from "#core/segments/realtime/beside-profiles.flow.ts";
import { listLookup } from "#core/segments/realtime/list-lookup.flow.ts";
import type { MembershipWrite } from "#core/segments/realtime/membership.ts";
import { segmentSetIn } from "#core/segments/realtime/segment-set-in.flow.ts";
import type { SweepState } from "#core/segments/realtime/sweep.flow.ts";
import type { ListSweep } from "#core/segments/realtime/sweep-lists.flow.ts";
import type { SegmentChangeRow } from "#core/segments/segment-change-row.ts";
import type { SegmentDefinition } from "#core/segments/segment-definition.ts";
import { type ReactDoorPorts, reactHandler, SEGMENTS_FRESH_MS } from "./handler.ts";

const START = Date.UTC(2026, 2, 1);
const TICK = { Records: [{ messageId: "tick", body: '{"v":1}' }] } as unknown as SQSEvent;
const long = { getRemainingTimeInMillis: () => MINUTE };

const ordered = (user: string): Event => ({
  messageId: `order-${user}`,
  source: "web",
  trust: "server",
  type: "track",
  name: "Order Completed",
  identifiers: [{ type: "user_id", value: user }],
  eventTime: START,
  receivedAt: START,
  properties: {},
  traits: {},
  context: {},
});

/** Bytes are base64 in a stream's record. */
const imageOf = (item: Readonly<Record<string, { S?: string; N?: string; B?: Uint8Array }>>) =>
  Object.fromEntries(
    Object.entries(item).map(([name, value]) => [
      name,
      value.B === undefined ? value : { B: Buffer.from(value.B).toString("base64") },
    ]),
  );

const recordOf = ({ key, before, after }: ComponentChange, nth: number): DynamoDBRecord =>
  ({
    dynamodb: {
      SequenceNumber: `s${nth}`,
      ...(before === undefined ? {} : { OldImage: imageOf(toItem(key, before)) }),
      NewImage: imageOf(toItem(key, after)),
    },
  }) as DynamoDBRecord;

const READING: Pick<ReactDoorPorts, "decode" | "keyIn" | "segmentRows" | "computedMove"> = {
  decode: fromItem,
  keyIn,
  segmentRows: (image) => (isMembershipItem(image) ? segmentRowsIn(image) : undefined),
  computedMove: (before, after) => (isComputedItem(after ?? before ?? {}) ? computedMoveIn(before, after) : undefined),
};

function emptyLists(clock: Clock) {
  const [lists, listKeys] = [memoryDefinitions<ListDefinition>(clock), memoryListKeys()];
  return {
    lists,
    listKeys,
    listLookup: listLookup({ lists, listKeys }),
    listSweeps: memoryDefinitions<ListSweep>(clock),
  };
}

function world() {
  const clock = { now: START };
  const store = memoryProfileStore();
  const memberships = memoryMembershipStore(store);
  const writes: MembershipWrite[] = [];
  const told: SegmentChangeRow[] = [];
  const troubles: string[] = [];
  const definitions = memoryDefinitions<SegmentDefinition>(() => clock.now);
  const broken = { lake: false };
  const [computed, listPorts] = [memoryComputedStore(), emptyLists(() => clock.now)];
  const handler = reactHandler({
    store,
    memberships: {
      ...memberships,
      write: async (some) => {
        writes.push(...some);
        return memberships.write(some);
      },
    },
    ...listPorts,
    beside: besideProfiles({ computed, lists: listPorts.listLookup }),
    pages: memoryComponentPages(store),
    definitions,
    sweeps: memoryDefinitions<SweepState>(() => clock.now),
    lake: {
      append: async (_, rows) => {
        if (broken.lake) throw new Error("the lake is away");
        told.push(...(rows as unknown as readonly SegmentChangeRow[]));
      },
    },
    clock: () => clock.now,
    rules: defaultIdentityRules,
    segments: segmentSetIn(definitions, () => clock.now, SEGMENTS_FRESH_MS),
    ...READING,
    onTurns: () => {},
    onTrouble: (_, at) => troubles.push(at),
  });
  const stream = (...Records: DynamoDBRecord[]) => handler({ Records }, long);
  const absorbed = async (...events: readonly Event[]): Promise<readonly DynamoDBRecord[]> => {
    const ports = { store, pause: async () => {} };
    const { changes } = await absorbEvents(ports, { events, assertions: [] }, defaultIdentityRules);
    return changes.map(recordOf);
  };
  const define = (condition: Condition) => definitions.put("buyers", { name: "Buyers", condition }, 0);
  const turns = () => memberships.rows.map(({ change, cause }) => `${change}: ${cause.split("#")[0]}`);
  return { clock, writes, told, troubles, broken, handler, stream, absorbed, define, turns, computed, ...listPorts };
}

/** Writes somebody's computed traits, and says what the stream tells of it. */
async function measured(store: ComputedStore, user: string, run: number, values?: JsonObject): Promise<DynamoDBRecord> {
  const profileId = profileIdOf(identifierKey({ type: "user_id", value: user }));
  const imageAt = async () => {
    const stored = (await store.read([profileId])).get(profileId);
    const text = (value: string) => ({ S: value });
    return stored && { profileId: text(profileId), run: { N: "1" }, computed: text(JSON.stringify(stored.computed)) };
  };
  const before = await imageAt();
  await store.write([{ profileId, run, ...(values === undefined ? {} : { computed: values }) }]);
  const after = await imageAt();
  return {
    dynamodb: {
      SequenceNumber: `c${run}`,
      ...(before === undefined ? {} : { OldImage: before }),
      ...(after === undefined ? {} : { NewImage: after }),
    },
  };
}

describe("react", () => {
  it("moves people as the stream of profiles tells of them, once however often it tells", async () => {
    const { stream, absorbed, define, turns, writes } = world();
    await define({ event: "Order Completed" });
    const records = await absorbed(ordered("ana"), ordered("bo"));
    expect(await stream(...records)).toEqual({ batchItemFailures: [] });
    expect(await stream(...records)).toEqual({ batchItemFailures: [] });
    expect(turns()).toEqual(["entered: event Order Completed ", "entered: event Order Completed "]);
    expect(writes).toHaveLength(2);
  });

  it("tells the lake what its own stream tells, in the same words each time", async () => {
    const { stream, absorbed, define, writes, told } = world();
    await define({ event: "Order Completed" });
    await stream(...(await absorbed(ordered("ana"))));
    const [write] = writes;
    const image = imageOf(membershipItem(write as MembershipWrite));
    const record = { dynamodb: { SequenceNumber: "m1", NewImage: image } } as DynamoDBRecord;
    await stream(record);
    await stream(record);
    expect(told).toHaveLength(2);
    expect(told[0]).toEqual(told[1]);
    expect(told[0]).toMatchObject({
      segment_id: "buyers",
      change: "entered",
      evaluated_at: "2026-03-01T00:00:00.000Z",
    });
  });

  it("asks for the batch again where the lake is away, and from a record that is not ours", async () => {
    const { stream, absorbed, define, writes, broken, troubles, turns } = world();
    await define({ event: "Order Completed" });
    const [good] = await absorbed(ordered("ana"));
    const foreign = { dynamodb: { SequenceNumber: "odd", NewImage: { k: { S: "x" } } } } as unknown as DynamoDBRecord;
    expect(await stream(good as DynamoDBRecord, foreign)).toEqual({ batchItemFailures: [{ itemIdentifier: "odd" }] });
    expect(turns()).toHaveLength(1);
    broken.lake = true;
    const image = imageOf(membershipItem(writes[0] as MembershipWrite));
    const record = { dynamodb: { SequenceNumber: "m1", NewImage: image } } as DynamoDBRecord;
    expect(await stream(record)).toEqual({ batchItemFailures: [{ itemIdentifier: "m1" }] });
    expect(troubles).toEqual(["odd", "m1"]);
  });

  it("moves people out as their time ends, and everybody once a new definition has settled", async () => {
    const { clock, handler, absorbed, define, turns } = world();
    await absorbed(ordered("ana"));
    await define({ event: "Order Completed", within: { last: "30d" } });
    expect(await handler(TICK, long)).toEqual({ batchItemFailures: [] });
    expect(turns()).toEqual([]);
    clock.now += 5 * MINUTE;
    await handler(TICK, long);
    expect(turns()).toEqual(["entered: definition"]);
    clock.now = START + 30 * DAY;
    await handler(TICK, long);
    expect(turns()).toEqual(["entered: definition", "left: time"]);
  });

  it("moves people as the stream of computed traits tells of them, in what asks for these alone", async () => {
    const { stream, absorbed, define, turns, writes, computed } = world();
    await define({ computed: "orders", gte: 2 });
    await stream(...(await absorbed(ordered("ana"), ordered("bo"))));
    const came = [
      await measured(computed, "ana", 1, { orders: 2 }),
      await measured(computed, "bo", 1, { orders: 1, spent: 5 }),
    ];
    expect(await stream(...came)).toEqual({ batchItemFailures: [] });
    expect(turns()).toEqual(["entered: computed orders"]);
    await stream(...came);
    expect(turns()).toHaveLength(1);
    const before = writes.length;
    await stream(
      await measured(computed, "ana", 2, { orders: 2, spent: 7 }),
      await measured(computed, "ana", 2, { orders: 2, spent: 7 }),
    );
    expect(writes).toHaveLength(before);
    await stream(await measured(computed, "ana", 3));
    expect(turns()).toEqual(["entered: computed orders", "left: computed orders"]);
  });

  it("moves those whom an import brought or lost when it is told to look, and forgets what the list was", async () => {
    const { handler, stream, absorbed, define, turns, lists, listKeys, clock } = world();
    await define({ list: "fair" });
    await stream(...(await absorbed(ordered("ana"), ordered("bo"), ordered("cy"))));
    const importAs = async (version: number, ...users: readonly string[]): Promise<void> => {
      const keys = users.map((value) => identifierKey({ type: "user_id", value }));
      const place = { version, base: version, nth: 1 };
      const { link, parts } = packedLink({ ...place, ends: true }, keys);
      await listKeys.write("fair", link, parts);
      const chain = { ...place, identifiers: keys.length, importedAt: clock.now };
      const list: ListDefinition = { name: "Fair", lastVersion: version, chain, open: null };
      await lists.put("fair", list, (await lists.get("fair"))?.version ?? 0);
    };
    await importAs(7, "ana", "bo", "nobody");
    expect(await handler(TICK, long)).toEqual({ batchItemFailures: [] });
    expect(turns()).toEqual(["entered: list fair", "entered: list fair"]);
    await importAs(8, "bo", "cy");
    await handler(TICK, long);
    await handler(TICK, long);
    expect(turns().slice(2).sort()).toEqual(["entered: list fair", "left: list fair"]);
    expect((await listKeys.links("fair")).map(({ version }) => version)).toEqual([8]);
  });
});
