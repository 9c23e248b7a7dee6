import { type DynamoDBClient, PutItemCommand, QueryCommand, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { MEMBERSHIPS_TABLE, PROFILES_TABLE } from "#contracts/tables.ts";
import type { ProfileId } from "#core/profiles/profile-id.ts";
import type { MembershipStore } from "#core/segments/ports.ts";
import type { JudgedBy, MembershipWrite } from "#core/segments/realtime/membership.ts";
import { dynamodbClient } from "./dynamodb-client.ts";
import { inParallel } from "./in-parallel.ts";
import { dueShards, membershipItem, membershipsIn, profileIdIn } from "./membership-item.ts";
import { jitteredPause, type Pause } from "./pause.ts";
import { readItems, type TextKey } from "./read-items.ts";
import { writeFailure } from "./write-failure.ts";

export interface DynamodbMembershipStoreOptions {
  readonly table: string;
  /** Where that stands which memberships are judged by (`dynamodbProfileStore`), for whoever says by what. */
  readonly profilesTable?: string;
  readonly client?: DynamoDBClient;
  readonly pause?: Pause;
}

/** How many calls are under way at a time. */
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
      const found = await readItems(context, [...new Set(profileIds)].map(itemKey));
      return new Map(found.map(membershipsIn));
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

const itemKey = (id: ProfileId): TextKey => ({ [MEMBERSHIPS_TABLE.partitionKey]: { S: id } });

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
