import { describe, expect, it } from "vitest";
import { AwsBill } from "#bench/aws-bill.ts";
import { countOperations } from "#bench/aws-operations.ts";
import { eventFrom, shopRequests } from "#bench/aws-workload.ts";
import { countMerge, countResolving } from "#bench/identity-operations.ts";
import { completeJourneyEvents, shopEvents } from "#bench/identity-workload.ts";
import { itemBytes } from "#bench/recording-clients.ts";
import { hasSharedData } from "#test/support/shared-data.ts";

/** As a resolver's batch. */
const BATCH = 100;

describe("what AWS bills", () => {
  it("for the shop: at most 1.5 write units and 1 read unit for each profile a batch touches, merges included", async () => {
    for (const messagesPerBatch of [1, 20]) {
      const figures = await countOperations("shop", shopRequests(150, 3, 7), messagesPerBatch);
      expect(figures.transactionShare).toBeGreaterThan(0);
      expect(figures.writeUnitsPerProfile).toBeLessThanOrEqual(1.5);
      expect(figures.readUnitsPerProfile).toBeLessThanOrEqual(1);
    }
  });

  it("for a shop in batches of 100 events: at most 1.5 write units and 1 read unit for each profile touched", async () => {
    const { merges, writeUnits, readUnits, profilesTouched } = await countResolving(shopEvents(150, 3), BATCH);
    expect(merges).toBeGreaterThan(0);
    expect(writeUnits / profilesTouched).toBeLessThanOrEqual(1.5);
    expect(readUnits / profilesTouched).toBeLessThanOrEqual(1);
  });

  it("for those who come often: above 1.5 in one item, below it in two, at the price of more reads", async () => {
    const { writeUnits, readUnits, profilesTouched, otherForms } = await countResolving(shopEvents(40, 12), BATCH);
    expect(writeUnits / profilesTouched).toBeLessThanOrEqual(1.95);
    expect(readUnits / profilesTouched).toBeLessThanOrEqual(1);
    expect(otherForms.eventsAlone).toBeLessThan(writeUnits);
    expect(otherForms.eventsApart / profilesTouched).toBeLessThanOrEqual(1.5);
    expect(otherForms.moreReads).toBeGreaterThan(0);
  });

  it.skipIf(!hasSharedData("completejourney"))("for the Complete Journey: the same", async () => {
    const events = completeJourneyEvents()?.slice(0, 10_000) ?? [];
    const { writeUnits, readUnits, profilesTouched } = await countResolving(events, BATCH);
    expect(profilesTouched).toBeGreaterThan(1_000);
    expect(writeUnits / profilesTouched).toBeLessThanOrEqual(1.5);
    expect(readUnits / profilesTouched).toBeLessThanOrEqual(1);
  });

  it("for a merge: at most 10 write units where profiles are typical, and more as they grow", async () => {
    const [typical, large] = [
      await countMerge({ members: 2, recent: 20 }),
      await countMerge({ members: 25, recent: 50 }),
    ];
    expect(typical.writeUnits).toBeLessThanOrEqual(10);
    expect(typical.readUnits).toBeLessThanOrEqual(2);
    // Both items are written in a transaction, the larger for what it weighs: so many KB and no more.
    expect(large.writeUnits).toBeGreaterThan(typical.writeUnits);
    expect(large.writeUnits).toBeLessThanOrEqual(2 * 2 * Math.ceil(large.bytes / 1_024));
  });

  it("for requests of 20 events of 1 KB: at most 1.25 bytes of Firehose for each byte put", async () => {
    const requests = Array.from({ length: 10 }, (_, request) =>
      Array.from({ length: 20 }, (_, nth) => {
        const sent = {
          type: "track",
          event: "Seen",
          userId: `u${request}`,
          messageId: `m-${request}-${nth}`,
          filler: "",
        };
        const short = 1_024 - JSON.stringify({ ...sent, properties: { filler: "" } }).length;
        return eventFrom({ ...sent, properties: { filler: "x".repeat(short) } }, "server", {
          receivedAt: 1_790_000_000_000,
        });
      }),
    );
    const figures = await countOperations("1 KB", requests);
    expect(figures.firehoseBilledPerPut).toBeLessThanOrEqual(1.25);
    expect(figures.sqsRequestsPerEvent).toBeLessThan(0.2);
  });

  it("is counted as AWS counts: rounded up, doubled in transactions, halved for reads a moment old", () => {
    const bill = new AwsBill();
    bill.write(0, 1_024, false);
    bill.write(2_000, 10, false);
    bill.write(0, 1_025, true);
    expect([bill.writeUnits, bill.transactionUnits]).toEqual([1 + 2 + 4, 4]);
    bill.read(0, false);
    bill.read(4_097, true);
    expect(bill.readUnits).toBe(0.5 + 2);
    bill.record(1);
    bill.record(5_121);
    expect(bill.firehoseBilledBytes).toBe(5_120 + 10_240);
    bill.message(65_537);
    expect(bill.sqsRequests).toBe(2);
    expect(itemBytes({ k: { S: "é" }, v: { N: "1234" }, d: { B: new Uint8Array(3) } })).toBe(1 + 2 + 1 + 3 + 1 + 3);
  });
});
