import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { COMPUTED_TABLE } from "#contracts/tables.ts";
import type { ComputedStore, ComputedWrite, StoredComputed } from "#core/computed/ports.ts";
import type { JsonObject } from "#core/kernel/json.ts";
import { dynamodbClient } from "./dynamodb-client.ts";
import { inParallel } from "./in-parallel.ts";
import { jitteredPause, type Pause } from "./pause.ts";
import { type Item, readItems, type TextKey } from "./read-items.ts";

export interface DynamodbComputedStoreOptions {
  readonly table: string;
  readonly client?: DynamoDBClient;
  readonly pause?: Pause;
}

/** How many writes are under way at a time. */
const WIDTH = 16;

/** One item for each profile that has computed traits. */
export function dynamodbComputedStore(options: DynamodbComputedStoreOptions): ComputedStore {
  const context = { client: dynamodbClient(), pause: jitteredPause, ...options };
  return {
    read: async (profileIds) => {
      const found = await readItems(context, [...new Set(profileIds)].map(keyOf));
      return new Map(found.map(computedIn));
    },
    write: async (writes) => {
      await inParallel(writes, WIDTH, (write) => writeOne(context, write));
    },
  };
}

type Context = Required<DynamodbComputedStoreOptions>;

const keyOf = (profileId: string): TextKey => ({ [COMPUTED_TABLE.partitionKey]: { S: profileId } });

function computedIn(item: Item): readonly [string, StoredComputed] {
  const id = item[COMPUTED_TABLE.partitionKey]?.S;
  const text = item[COMPUTED_TABLE.computed]?.S;
  if (id === undefined || text === undefined) throw new Error("an item of the computed traits holds none");
  return [id, { run: Number(item[COMPUTED_TABLE.run]?.N), computed: JSON.parse(text) as JsonObject }];
}

async function writeOne({ client, table }: Context, { profileId, run, computed }: ComputedWrite): Promise<void> {
  const unlessLater = {
    TableName: table,
    ConditionExpression: "attribute_not_exists(#id) OR #run <= :run",
    ExpressionAttributeNames: { "#id": COMPUTED_TABLE.partitionKey, "#run": COMPUTED_TABLE.run },
    ExpressionAttributeValues: { ":run": { N: String(run) } },
  };
  const item = {
    ...keyOf(profileId),
    [COMPUTED_TABLE.run]: { N: String(run) },
    [COMPUTED_TABLE.computed]: { S: JSON.stringify(computed) },
  };
  try {
    await (computed === undefined
      ? client.send(new DeleteItemCommand({ ...unlessLater, Key: keyOf(profileId) }))
      : client.send(new PutItemCommand({ ...unlessLater, Item: item })));
  } catch (failure) {
    // Somebody who began later was here: theirs stands.
    if (!(failure instanceof ConditionalCheckFailedException)) throw failure;
  }
}
