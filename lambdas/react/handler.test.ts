import type { DynamoDBRecord, SQSEvent } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { fromItem, keyIn, toItem } from "#adapters/aws/component-item.ts";
import { isMembershipItem, membershipItem, segmentRowsIn } from "#adapters/aws/membership-item.ts";
import { memoryDefinitions } from "#adapters/memory/definitions.ts";
import { memoryMembershipStore } from "#adapters/memory/membership-store.ts";
import { memoryComponentPages, memoryProfileStore } from "#adapters/memory/profile-store.ts";
import type { Event } from "#core/events/event.ts";
import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import { DAY, MINUTE } from "#core/kernel/time.ts";
import { absorbEvents, type ComponentChange } from "#core/profiles/absorb-events.flow.ts";
import type { Condition } from "#core/segments/condition.ts";
import type { MembershipWrite } from "#core/segments/realtime/membership.ts";
import { segmentSetIn } from "#core/segments/realtime/segment-set-in.flow.ts";
import type { SweepState } from "#core/segments/realtime/sweep.flow.ts";
import type { SegmentChangeRow } from "#core/segments/segment-change-row.ts";
import type { SegmentDefinition } from "#core/segments/segment-definition.ts";
import { reactHandler, SEGMENTS_FRESH_MS } from "./handler.ts";

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

function world() {
  const clock = { now: START };
  const store = memoryProfileStore();
  const memberships = memoryMembershipStore(store);
  const writes: MembershipWrite[] = [];
  const told: SegmentChangeRow[] = [];
  const troubles: string[] = [];
  const definitions = memoryDefinitions<SegmentDefinition>(() => clock.now);
  const broken = { lake: false };
  const handler = reactHandler({
    store,
    memberships: {
      ...memberships,
      write: async (some) => {
        writes.push(...some);
        return memberships.write(some);
      },
    },
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
    decode: fromItem,
    keyIn,
    segmentRows: (image) => (isMembershipItem(image) ? segmentRowsIn(image) : undefined),
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
  return { clock, writes, told, troubles, broken, handler, stream, absorbed, define, turns };
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
});
