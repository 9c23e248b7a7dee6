import { ConditionalCheckFailedException, type DynamoDBClient, type UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RateLimit } from "#core/events/source.ts";
import { LEASE_MS } from "#core/events/token-lease.ts";
import { dynamodbRates } from "./dynamodb-rates.ts";

/** The two updates that a bucket is moved by, as DynamoDB does them; `test/aws` holds the same against the real thing. */
function table(options: { readonly broken?: () => Error | undefined } = {}) {
  const items = new Map<string, bigint>();
  let writes = 0;
  const send = async ({ input }: UpdateItemCommand) => {
    writes++;
    const error = options.broken?.();
    if (error !== undefined) throw error;
    const name = input.Key?.bucket?.S ?? "";
    const given = (key: string): bigint => BigInt(input.ExpressionAttributeValues?.[key]?.N ?? "0");
    const at = items.get(name);
    const isFresh = input.UpdateExpression?.startsWith("SET fullAt = :to") === true;
    const holds = isFresh
      ? at === undefined || at <= given(":now")
      : at !== undefined && at >= given(":now") && at <= given(":latest");
    if (!holds) {
      const Item = at === undefined ? {} : { fullAt: { N: String(at) } };
      throw new ConditionalCheckFailedException({ message: "", $metadata: {}, Item });
    }
    const to = isFresh ? given(":to") : (at ?? 0n) + given(":cost");
    items.set(name, to);
    return { Attributes: { fullAt: { N: String(to) } } };
  };
  // The one method that is called, of a class with many.
  return { client: { send } as unknown as DynamoDBClient, writes: () => writes };
}

const start = Date.parse("2026-11-02T10:00:00.000Z");
const noTrouble = (error: unknown): never => {
  throw error;
};

interface Flood {
  readonly limit: RateLimit;
  readonly instances: number;
  readonly skewMs: number;
  readonly seconds: number;
  /** Of each request, in turn. */
  readonly sizes: readonly number[];
}

/** Every instance is asked every 20 ms for all of the time. Answers what went in, and when. */
async function flood({ limit, instances, skewMs, seconds, sizes }: Flood) {
  const { client, writes } = table();
  let now = start;
  const rates = Array.from({ length: instances }, (_, nth) => {
    const ahead = instances === 1 ? 0 : (nth / (instances - 1)) * skewMs;
    return dynamodbRates({ table: "rates", now: () => now + ahead, onTrouble: noTrouble, client });
  });
  const went: { readonly at: number; readonly events: number }[] = [];
  let turn = 0;
  for (; now < start + seconds * 1_000; now += 20) {
    for (const each of rates) {
      const events = sizes[turn++ % sizes.length] as number;
      if ((await each.take("shop", limit, events)) === 0) went.push({ at: now, events });
    }
  }
  return { went, writesPerSecond: writes() / seconds / instances };
}

/** The most that went in above what the rate gives, in any stretch of time. */
function mostAtOnce(went: readonly { readonly at: number; readonly events: number }[], perSecond: number): number {
  // Kadane's: what is left of the stretch so far, or a new one from here.
  let [most, here, before] = [0, 0, start];
  for (const { at, events } of went) {
    here = Math.max(0, here - ((at - before) / 1_000) * perSecond) + events;
    before = at;
    most = Math.max(most, here);
  }
  return most;
}

describe("instances that share a limit", () => {
  const largest = 40;
  it.each([1, 5, 50])("go over it by what the rate gives in a second, however many they are: %i", async (instances) => {
    const limit = { eventsPerSecond: 200, burst: 300 };
    const asked = { limit, instances, skewMs: 0, seconds: 8, sizes: [15, 1, 40, 7] };
    const { went, writesPerSecond } = await flood(asked);
    const total = went.reduce((sum, { events }) => sum + events, 0);
    expect(mostAtOnce(went, 200)).toBeLessThanOrEqual(limit.burst + (200 * LEASE_MS) / 1_000 + 1);
    // And it is used: nearly all that it gives goes in.
    expect(total).toBeGreaterThan(limit.burst + 200 * 8 * 0.8 - largest);
    expect(writesPerSecond).toBeLessThan(8);
  });

  it("go over it by as much as their clocks differ, twice, and no more", () => {
    const floods = fc.record({
      limit: fc.record({ eventsPerSecond: fc.integer({ min: 5, max: 500 }), burst: fc.integer({ min: 1, max: 500 }) }),
      instances: fc.integer({ min: 1, max: 12 }),
      skewMs: fc.nat(200),
      seconds: fc.constant(4),
      sizes: fc.array(fc.integer({ min: 1, max: largest }), { minLength: 1, maxLength: 4 }),
    });
    return fc.assert(
      fc.asyncProperty(floods, async (asked) => {
        const { limit, skewMs } = asked;
        const { went } = await flood(asked);
        const above = (limit.eventsPerSecond * (LEASE_MS + 2 * skewMs)) / 1_000;
        expect(mostAtOnce(went, limit.eventsPerSecond)).toBeLessThanOrEqual(Math.max(limit.burst, largest) + above + 1);
      }),
      { numRuns: 25 },
    );
  });

  it("write once a second while they send steadily, whatever they send in it", async () => {
    const limit = { eventsPerSecond: 10_000, burst: 10_000 };
    const { client, writes } = table();
    let now = start;
    const rates = dynamodbRates({ table: "rates", now: () => now, onTrouble: noTrouble, client });
    for (let request = 0; request < 2_000; request++, now += 5) expect(await rates.take("shop", limit, 15)).toBe(0);
    expect(writes()).toBeLessThan(30);
  });
});

describe("limits that cannot be looked up", () => {
  it("limit nobody, are told of once, and are tried again after a while", async () => {
    let error: Error | undefined = new Error("throttled");
    const { client, writes } = table({ broken: () => error });
    const troubles: unknown[] = [];
    let now = start;
    const onTrouble = (what: unknown, where: string): void => void troubles.push([what, where]);
    const rates = dynamodbRates({ table: "rates", now: () => now, onTrouble, client });
    const limit = { eventsPerSecond: 1, burst: 1 };
    for (let request = 0; request < 100; request++, now += 50) expect(await rates.take("shop", limit, 10)).toBe(0);
    expect([troubles, writes()]).toEqual([[[error, "rates"]], 1]);
    now = start + 10_001;
    error = undefined;
    expect(await rates.take("shop", limit, 1)).toBe(0);
    expect(await rates.take("shop", limit, 1)).toBe(1);
    expect(troubles).toHaveLength(1);
  });

  it("are as good as not there where they are slower than an answer is good for", async () => {
    let now = start;
    const { client } = table();
    const slow = {
      send: (command: UpdateItemCommand) => {
        now += 1_500;
        return client.send(command);
      },
    } as unknown as DynamoDBClient;
    const troubles: unknown[] = [];
    const onTrouble = (error: unknown): void => void troubles.push(error);
    const rates = dynamodbRates({ table: "rates", now: () => now, onTrouble, client: slow });
    expect(await rates.take("shop", { eventsPerSecond: 1, burst: 1 }, 5)).toBe(0);
    expect(troubles).toEqual([new Error("the table of limits took longer to answer than an answer is good for")]);
  });
});

it("lets requests that come together share one question", async () => {
  const { client, writes } = table();
  const rates = dynamodbRates({ table: "rates", now: () => start, onTrouble: noTrouble, client });
  const limit = { eventsPerSecond: 10, burst: 10 };
  const waits = await Promise.all(Array.from({ length: 20 }, () => rates.take("shop", limit, 1)));
  expect(waits.filter((seconds) => seconds === 0)).toHaveLength(10);
  expect(writes()).toBeLessThan(10);
});
