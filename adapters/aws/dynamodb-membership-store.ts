import {
  BatchGetItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { MEMBERSHIPS_TABLE, PROFILES_TABLE } from "#contracts/tables.ts";
import type { ProfileId } from "#core/profiles/profile-id.ts";
import type { MembershipStore } from "#core/segments/ports.ts";
import type { JudgedBy, MembershipRecord, MembershipWrite } from "#core/segments/realtime/membership.ts";
import { dynamodbClient } from "./dynamodb-client.ts";
import { inParallel } from "./in-parallel.ts";
import { dueShards, membershipItem, membershipsIn, profileIdIn } from "./membership-item.ts";
import { jitteredPause, type Pause } from "./pause.ts";
import { writeFailure } from "./write-failure.ts";

export interface DynamodbMembershipStoreOptions {
  readonly table: string;
  /** Where that stands which memberships are judged by (`dynamodbProfileStore`), for whoever says by what. */
  readonly profilesTable?: string;
  readonly client?: DynamoDBClient;
  readonly pause?: Pause;
}

const KEYS_PER_READ = 100;
const WIDTH = 16;
const MAX_ATTEMPTS = 8;

/**
 * One item for each profile that ever was in a segment or has a timer. A judgement is written in a transaction that
 * checks the component it was made by: at the price of a few writes more, but only where somebody enters, leaves or must
 * be looked at earlier, and without any lock, lease or second look. Its stream tells the lake (`segmentRowsIn`).
 */
export function dynamodbMembershipStore(options: DynamodbMembershipStoreOptions): MembershipStore {
  const context: Context = { client: dynamodbClient(), pause: jitteredPause, ...options };
  return {
    of: async (profileIds) => {
      const unique = [...new Set(profileIds)];
      const calls = Array.from({ length: Math.ceil(unique.length / KEYS_PER_READ) }, (_, nth) =>
        unique.slice(nth * KEYS_PER_READ, (nth + 1) * KEYS_PER_READ),
      );
      return new Map((await inParallel(calls, WIDTH, (ids) => readSome(context, ids))).flat());
    },
    write: async (writes) => {
      const made = await inParallel(writes, WIDTH, (write) => makeWrite(context, write));
      return new Set(made.flatMap((isMade, position) => (isMade ? [] : [position])));
    },
    due: async (now, limit) => {
      const found = await inParallel(dueShards, WIDTH, (shard) => dueIn(context, shard, now, limit));
      // From each shard in turn, so that no shard waits for another to be empty.
      return Array.from({ length: limit }, (_, nth) => found.flatMap((ids) => ids[nth] ?? []))
        .flat()
        .slice(0, limit);
    },
  };
}

type Context = DynamodbMembershipStoreOptions & Required<Pick<DynamodbMembershipStoreOptions, "client" | "pause">>;

/** Asks again for what DynamoDB left out (`UnprocessedKeys`: too much at once, or throttled). */
async function readSome(
  { table, client, pause }: Context,
  ids: readonly ProfileId[],
): Promise<readonly (readonly [ProfileId, MembershipRecord])[]> {
  const found: (readonly [ProfileId, MembershipRecord])[] = [];
  let wanted = ids.map((id): Record<string, { S: string }> => ({ [MEMBERSHIPS_TABLE.partitionKey]: { S: id } }));
  for (let attempt = 0; wanted.length > 0; attempt++) {
    if (attempt >= MAX_ATTEMPTS) throw new Error(`DynamoDB left ${wanted.length} keys of ${table} unread`);
    if (attempt > 0) await pause(attempt);
    const request = { [table]: { Keys: wanted, ConsistentRead: true } };
    const answer = await client.send(new BatchGetItemCommand({ RequestItems: request }));
    found.push(...(answer.Responses?.[table] ?? []).map(membershipsIn));
    wanted = (answer.UnprocessedKeys?.[table]?.Keys ?? []) as typeof wanted;
  }
  return found;
}

/** Whether it was made; `false` where a version had moved. */
async function makeWrite({ table, profilesTable, client, pause }: Context, write: MembershipWrite): Promise<boolean> {
  const put = putOf(table, write);
  const { judgedBy } = write;
  for (let attempt = 1; ; attempt++) {
    try {
      if (judgedBy === undefined) await client.send(new PutItemCommand(put));
      else {
        const TransactItems = [{ ConditionCheck: checkOf(judgedBy, profilesTable) }, { Put: put }];
        await client.send(new TransactWriteItemsCommand({ TransactItems }));
      }
      return true;
    } catch (failure) {
      const kind = writeFailure(failure);
      if (kind === "refused") return false;
      if (kind === "fault" || attempt >= MAX_ATTEMPTS) throw failure;
      await pause(attempt);
    }
  }
}

function putOf(table: string, write: MembershipWrite) {
  const item = { TableName: table, Item: membershipItem(write) };
  if (write.expected === 0) {
    return {
      ...item,
      ConditionExpression: "attribute_not_exists(#key)",
      ExpressionAttributeNames: { "#key": MEMBERSHIPS_TABLE.partitionKey },
    };
  }
  return { ...item, ...isVersion(MEMBERSHIPS_TABLE.version, write.expected) };
}

function checkOf({ key, version }: JudgedBy, table: string | undefined) {
  if (table === undefined) throw new Error("what memberships are judged by is in a table that was not named");
  return {
    TableName: table,
    Key: { [PROFILES_TABLE.partitionKey]: { S: key } },
    ...isVersion(PROFILES_TABLE.version, version),
  };
}

const isVersion = (attribute: string, version: number) => ({
  ConditionExpression: "#version = :expected",
  ExpressionAttributeNames: { "#version": attribute },
  ExpressionAttributeValues: { ":expected": { N: String(version) } },
});

async function dueIn(
  { table, client }: Context,
  shard: string,
  now: number,
  limit: number,
): Promise<readonly ProfileId[]> {
  const { Items } = await client.send(
    new QueryCommand({
      TableName: table,
      IndexName: MEMBERSHIPS_TABLE.dueIndex,
      KeyConditionExpression: "#shard = :shard AND #due <= :now",
      ExpressionAttributeNames: { "#shard": MEMBERSHIPS_TABLE.dueShard, "#due": MEMBERSHIPS_TABLE.dueAt },
      ExpressionAttributeValues: { ":shard": { S: shard }, ":now": { N: String(now) } },
      Limit: limit,
    }),
  );
  return (Items ?? []).map(profileIdIn);
}
