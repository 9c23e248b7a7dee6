import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynamodbRates } from "#adapters/aws/dynamodb-rates.ts";
import { RATES_TABLE } from "#contracts/tables.ts";
import { type DynamodbLocal, startDynamodbLocal, whyNoDynamodbLocal } from "./support/dynamodb-local.ts";

const reason = whyNoDynamodbLocal();
if (reason !== undefined) console.warn(`skipped: ${reason}`);

const INSTANCES = 25;
const FLOOD_MS = 6_000;
const limit = { eventsPerSecond: 300, burst: 600 };

describe.skipIf(reason !== undefined)("many instances on DynamoDB Local", () => {
  let local: DynamodbLocal;
  beforeAll(async () => {
    local = await startDynamodbLocal();
  });
  afterAll(async () => local?.stop());

  it("let in the burst, what the rate gives, and what it gives in one second more", async ({ annotate }) => {
    const { name: table, drop } = await local.table(RATES_TABLE.partitionKey);
    const onTrouble = (error: unknown): never => {
      throw error;
    };
    const start = Date.parse("2026-11-02T10:00:00.000Z");
    let now = start;
    let went = 0;
    const instances = Array.from({ length: INSTANCES }, () =>
      dynamodbRates({ table, now: () => now, onTrouble, client: local.client }),
    );
    // Time stands still while they all ask at once, so that what counts is not how fast this machine is.
    for (; now < start + FLOOD_MS; now += 100) {
      const waits = await Promise.all(instances.map((rates) => rates.take("shop", limit, 15)));
      went += waits.filter((seconds) => seconds === 0).length * 15;
    }
    const seconds = FLOOD_MS / 1_000;
    await drop();
    await annotate(`${went} events in ${seconds} s through ${INSTANCES} instances`);
    expect(went).toBeLessThanOrEqual(limit.burst + limit.eventsPerSecond * (seconds + 1));
    expect(went).toBeGreaterThan((limit.burst + limit.eventsPerSecond * seconds) * 0.7);
  });
});
