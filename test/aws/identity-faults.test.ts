import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynamodbProfileStore } from "#adapters/aws/dynamodb-profile-store.ts";
import { PROFILES_TABLE } from "#contracts/tables.ts";
import { histories } from "#test/contracts/histories.ts";
import { deliveries, proveHistory } from "#test/contracts/prove-history.ts";
import { randomFrom } from "#test/contracts/random.ts";
import { type DynamodbLocal, startDynamodbLocal, whyNoDynamodbLocal } from "./support/dynamodb-local.ts";
import { faultyDynamodb } from "./support/faulty-dynamodb.ts";

const reason = whyNoDynamodbLocal();
if (reason !== undefined) console.warn(`skipped: ${reason}`);

const RUNS = 60;
/** What is thrown where the SDK asked three times, or the store eight, and a fault struck each time. */
const FAULTS = /ProvisionedThroughputExceeded|TimeoutError|TransactionCanceled|keys of \S+ unread/;

describe.skipIf(reason !== undefined)("identity on DynamoDB behind a bad network", () => {
  let local: DynamodbLocal;
  beforeAll(async () => {
    local = await startDynamodbLocal();
  });
  afterAll(async () => local?.stop());

  it(`converges, with eight workers and more over hot identifiers, through every fault of the engine and of the way to it`, async () => {
    const total: Record<string, number> = {};
    const how = deliveries(fc.integer({ min: 8, max: 12 }), 20);
    const holds = fc.asyncProperty(histories(24), how, async (history, delivery) => {
      const { name: table, drop } = await local.table(PROFILES_TABLE.partitionKey);
      const random = randomFrom(delivery.seed + 1);
      const { client, stream, struck } = faultyDynamodb(local.config, random, 60);
      try {
        const store = dynamodbProfileStore({ table, client: local.client });
        const behindFaults = {
          store: dynamodbProfileStore({ table, client, pause: async () => {} }),
          stream,
          isFault: (error: unknown) => FAULTS.test(String(error)),
        };
        await proveHistory({ store, behindFaults }, history, delivery);
      } finally {
        for (const [fault, times] of Object.entries(struck)) total[fault] = (total[fault] ?? 0) + times;
        client.destroy();
        await drop();
      }
    });
    await fc.assert(holds, { numRuns: RUNS });
    // A fault that never struck would have proven nothing.
    expect(Object.entries(total).filter(([, times]) => times === 0)).toEqual([]);
  });
});
