import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "vitest";
import type { IdentifierKey } from "#core/kernel/identifier.ts";
import type { StoreWrite } from "#core/profiles/ports.ts";
import { answered } from "#test/support/answering-client.ts";
import { toItem } from "./component-item.ts";
import { dynamodbProfileStore } from "./dynamodb-profile-store.ts";

// Behaviour against the real engine is in `test/aws/dynamodb.test.ts`; here, what DynamoDB Local never does.

const key = (name: string) => name as IdentifierKey;
const pointer = (name: string, expected = 0): StoreWrite => ({
  key: key(name),
  expected,
  next: { kind: "pointer", version: expected + 1, to: key("home") },
});

function world(answers: readonly ((input: Readonly<Record<string, unknown>>) => object)[]) {
  const asked: [string, Readonly<Record<string, unknown>>][] = [];
  const pauses: number[] = [];
  const client = answered(
    new DynamoDBClient({ region: "us-east-1", credentials: { accessKeyId: "none", secretAccessKey: "none" } }),
    (command, input) => {
      const answer = answers[Math.min(asked.length, answers.length - 1)];
      asked.push([command, input]);
      return answer?.(input) ?? {};
    },
  );
  const pause = async (attempt: number): Promise<void> => void pauses.push(attempt);
  return { store: dynamodbProfileStore({ table: "t", client, pause }), asked, pauses };
}

const cancelled =
  (...codes: readonly string[]) =>
  () => {
    const CancellationReasons = codes.map((Code) => ({ Code }));
    throw new TransactionCanceledException({ message: "", $metadata: {}, CancellationReasons });
  };

describe("the profile store on DynamoDB", () => {
  it("asks again, after a pause, for keys that were left out", async () => {
    const item = toItem(key("a"), pointer("a").next);
    const { store, asked, pauses } = world([
      () => ({ UnprocessedKeys: { t: { Keys: [{ k: { S: "a" } }] } } }),
      () => ({ Responses: { t: [item] } }),
    ]);
    expect([...(await store.read([key("a"), key("b")])).keys()]).toEqual(["a"]);
    expect(pauses).toEqual([1]);
    expect(asked.map(([, { RequestItems }]) => (RequestItems as { t: { Keys: object[] } }).t.Keys.length)).toEqual([
      2, 1,
    ]);
  });

  it("gives up, loudly, where keys are left out for ever", async () => {
    const { store, asked } = world([() => ({ UnprocessedKeys: { t: { Keys: [{ k: { S: "a" } }] } } })]);
    await expect(store.read([key("a")])).rejects.toThrow("left 1 keys");
    expect(asked).toHaveLength(8);
  });

  it("reads at half the price unless it must be fresh", async () => {
    const { store, asked } = world([() => ({})]);
    await store.read([key("a")]);
    await store.read([key("a")], { fresh: true });
    const modes = asked.map(
      ([, { RequestItems }]) => (RequestItems as { t: { ConsistentRead: boolean } }).t.ConsistentRead,
    );
    expect(modes).toEqual([false, true]);
  });

  it("puts one write by itself, and more as a transaction", async () => {
    const { store, asked } = world([() => ({})]);
    await store.write([[pointer("a")], [pointer("b"), pointer("c")]]);
    expect(asked.map(([command]) => command).sort()).toEqual(["PutItemCommand", "TransactWriteItemsCommand"]);
  });

  it("repeats a transaction that another one stood in the way of", async () => {
    const { store, pauses } = world([
      cancelled("TransactionConflict", "None"),
      cancelled("None", "ThrottlingError"),
      () => ({}),
    ]);
    expect(await store.write([[pointer("a"), pointer("b")]])).toEqual(new Set());
    expect(pauses).toEqual([1, 2]);
  });

  it("takes a moved version for a refusal, whatever else was in the way", async () => {
    const { store } = world([cancelled("TransactionConflict", "ConditionalCheckFailed")]);
    expect(await store.write([[pointer("a"), pointer("b")]])).toEqual(new Set([0]));
    const refuse = () => {
      throw new ConditionalCheckFailedException({ message: "", $metadata: {} });
    };
    expect(await world([refuse]).store.write([[pointer("a")]])).toEqual(new Set([0]));
  });

  it("throws what is nobody's version, and what goes on too long", async () => {
    await expect(
      world([cancelled("ValidationError", "None")]).store.write([[pointer("a"), pointer("b")]]),
    ).rejects.toThrow(TransactionCanceledException);
    const { store, pauses } = world([cancelled("TransactionConflict", "None")]);
    await expect(store.write([[pointer("a"), pointer("b")]])).rejects.toThrow(TransactionCanceledException);
    expect(pauses).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it("refuses, as our own mistake, a list longer than a transaction", async () => {
    const list = Array.from({ length: 101 }, (_, nth) => pointer(`k${nth}`));
    await expect(world([() => ({})]).store.write([list])).rejects.toThrow("101 writes");
  });
});
