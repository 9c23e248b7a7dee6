import { type DynamoDBClient, PutItemCommand, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { PROFILES_TABLE } from "#contracts/tables.ts";
import type { IdentifierKey } from "#core/kernel/identifier.ts";
import type { ProfileStore, StoreWrite } from "#core/profiles/ports.ts";
import { fromItem, keyIn, toItem } from "./component-item.ts";
import { dynamodbClient } from "./dynamodb-client.ts";
import { inParallel } from "./in-parallel.ts";
import { jitteredPause, type Pause } from "./pause.ts";
import { readItems, type TextKey } from "./read-items.ts";
import { writeFailure } from "./write-failure.ts";

export interface DynamodbProfileStoreOptions {
  readonly table: string;
  readonly client?: DynamoDBClient;
  readonly pause?: Pause;
}

/** The limit of one call of DynamoDB, and how many writes are under way at a time. */
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
      const found = await readItems({ table, client, pause }, [...new Set(keys)].map(itemKey), fresh);
      return new Map(found.map((item) => [keyIn(item), fromItem(item)]));
    },
    write: async (lists) => {
      const made = await inParallel(lists, WIDTH, (list) => writeList({ table, client, pause }, list));
      return new Set(made.flatMap((isMade, position) => (isMade ? [] : [position])));
    },
  };
}

type Context = Required<DynamodbProfileStoreOptions>;

const itemKey = (key: IdentifierKey): TextKey => ({ [PROFILES_TABLE.partitionKey]: { S: key } });

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
