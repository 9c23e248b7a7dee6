import {
  BatchGetItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { PROFILES_TABLE } from "#contracts/tables.ts";
import type { IdentifierKey } from "#core/kernel/identifier.ts";
import type { ProfileStore, Stored, StoreWrite } from "#core/profiles/ports.ts";
import { fromItem, keyIn, toItem } from "./component-item.ts";
import { dynamodbClient } from "./dynamodb-client.ts";
import { inParallel } from "./in-parallel.ts";
import { jitteredPause, type Pause } from "./pause.ts";
import { writeFailure } from "./write-failure.ts";

export interface DynamodbProfileStoreOptions {
  readonly table: string;
  readonly client?: DynamoDBClient;
  readonly pause?: Pause;
}

/** Limits of one call of DynamoDB, and how many calls of one kind are under way at a time. */
const KEYS_PER_READ = 100;
const WRITES_PER_TRANSACTION = 100;
const WIDTH = 16;
const MAX_ATTEMPTS = 8;

/**
 * One item for each key. A list of one write is a conditional put; a longer one a transaction, at twice the price,
 * which only merges need. Reads may be a moment old unless they must be fresh: at half the price, since the condition
 * of the write that follows finds it out.
 */
export function dynamodbProfileStore(options: DynamodbProfileStoreOptions): ProfileStore {
  const { table, client = dynamodbClient(), pause = jitteredPause } = options;
  return {
    read: async (keys, { fresh = false } = {}) => {
      const unique = [...new Set(keys)];
      const calls = Array.from({ length: Math.ceil(unique.length / KEYS_PER_READ) }, (_, nth) =>
        unique.slice(nth * KEYS_PER_READ, (nth + 1) * KEYS_PER_READ),
      );
      const found = await inParallel(calls, WIDTH, (some) => readSome({ table, client, pause }, some, fresh));
      return new Map(found.flat());
    },
    write: async (lists) => {
      const made = await inParallel(lists, WIDTH, (list) => writeList({ table, client, pause }, list));
      return new Set(made.flatMap((isMade, position) => (isMade ? [] : [position])));
    },
  };
}

type Context = Required<DynamodbProfileStoreOptions>;

/** Asks again for what DynamoDB left out (`UnprocessedKeys`: too much at once, or throttled). */
async function readSome(
  { table, client, pause }: Context,
  keys: readonly IdentifierKey[],
  fresh: boolean,
): Promise<readonly (readonly [IdentifierKey, Stored])[]> {
  const found: (readonly [IdentifierKey, Stored])[] = [];
  let wanted = keys.map((key): Record<string, { S: string }> => ({ [PROFILES_TABLE.partitionKey]: { S: key } }));
  for (let attempt = 0; wanted.length > 0; attempt++) {
    if (attempt >= MAX_ATTEMPTS) throw new Error(`DynamoDB left ${wanted.length} keys of ${table} unread`);
    if (attempt > 0) await pause(attempt);
    const request = { [table]: { Keys: wanted, ConsistentRead: fresh } };
    const answer = await client.send(new BatchGetItemCommand({ RequestItems: request }));
    for (const item of answer.Responses?.[table] ?? []) found.push([keyIn(item), fromItem(item)]);
    wanted = (answer.UnprocessedKeys?.[table]?.Keys ?? []) as typeof wanted;
  }
  return found;
}

/** Whether the list was made; `false` where a version had moved. */
async function writeList(context: Context, list: readonly StoreWrite[]): Promise<boolean> {
  if (list.length > WRITES_PER_TRANSACTION) throw new Error(`a list of ${list.length} writes is more than one holds`);
  const { client, table, pause } = context;
  const puts = list.map((write) => putOf(table, write));
  const [first] = puts;
  if (first === undefined) return true;
  for (let attempt = 1; ; attempt++) {
    try {
      if (puts.length === 1) await client.send(new PutItemCommand(first));
      else await client.send(new TransactWriteItemsCommand({ TransactItems: puts.map((put) => ({ Put: put })) }));
      return true;
    } catch (failure) {
      const kind = writeFailure(failure);
      if (kind === "refused") return false;
      if (kind === "fault" || attempt >= MAX_ATTEMPTS) throw failure;
      await pause(attempt);
    }
  }
}

function putOf(table: string, { key, expected, next }: StoreWrite) {
  const item = { TableName: table, Item: toItem(key, next) };
  if (expected === 0) {
    return {
      ...item,
      ConditionExpression: "attribute_not_exists(#key)",
      ExpressionAttributeNames: { "#key": PROFILES_TABLE.partitionKey },
    };
  }
  return {
    ...item,
    ConditionExpression: "#version = :expected",
    ExpressionAttributeNames: { "#version": PROFILES_TABLE.version },
    ExpressionAttributeValues: { ":expected": { N: String(expected) } },
  };
}
