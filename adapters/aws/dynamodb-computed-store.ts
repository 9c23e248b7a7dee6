import {
  BatchGetItemCommand,
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

export interface DynamodbComputedStoreOptions {
  readonly table: string;
  readonly client?: DynamoDBClient;
  readonly pause?: Pause;
}

/** Limits of one call of DynamoDB, and how many calls are under way at a time. */
const KEYS_PER_READ = 100;
const WIDTH = 16;
const MAX_ATTEMPTS = 8;

/** One item for each profile that has computed traits. */
export function dynamodbComputedStore(options: DynamodbComputedStoreOptions): ComputedStore {
  const context = { client: dynamodbClient(), pause: jitteredPause, ...options };
  return {
    read: async (profileIds) => {
      const unique = [...new Set(profileIds)];
      const calls = Array.from({ length: Math.ceil(unique.length / KEYS_PER_READ) }, (_, nth) =>
        unique.slice(nth * KEYS_PER_READ, (nth + 1) * KEYS_PER_READ),
      );
      return new Map((await inParallel(calls, WIDTH, (ids) => readSome(context, ids))).flat());
    },
    write: async (writes) => {
      await inParallel(writes, WIDTH, (write) => writeOne(context, write));
    },
  };
}

type Context = Required<DynamodbComputedStoreOptions>;
type Key = Record<string, { readonly S: string }>;

const keyOf = (profileId: string): Key => ({ [COMPUTED_TABLE.partitionKey]: { S: profileId } });

/** Asks again for what DynamoDB left out (too much at once, or throttled). */
async function readSome(
  { client, table, pause }: Context,
  ids: readonly string[],
): Promise<readonly (readonly [string, StoredComputed])[]> {
  const found: (readonly [string, StoredComputed])[] = [];
  let wanted = ids.map(keyOf);
  for (let attempt = 0; wanted.length > 0; attempt++) {
    if (attempt >= MAX_ATTEMPTS)
      throw new Error(`DynamoDB left ${wanted.length} computed traits unread ${attempt} times`);
    if (attempt > 0) await pause(attempt);
    const asked = new BatchGetItemCommand({ RequestItems: { [table]: { Keys: wanted, ConsistentRead: true } } });
    const answer = await client.send(asked);
    for (const item of answer.Responses?.[table] ?? []) {
      const id = item[COMPUTED_TABLE.partitionKey]?.S;
      const text = item[COMPUTED_TABLE.computed]?.S;
      if (id === undefined || text === undefined) throw new Error("an item of the computed traits holds none");
      found.push([id, { run: Number(item[COMPUTED_TABLE.run]?.N), computed: JSON.parse(text) as JsonObject }]);
    }
    wanted = (answer.UnprocessedKeys?.[table]?.Keys ?? []) as typeof wanted;
  }
  return found;
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
