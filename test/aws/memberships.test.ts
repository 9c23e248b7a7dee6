import {
  CreateTableCommand,
  DeleteTableCommand,
  type DynamoDBClient,
  PutItemCommand,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe } from "vitest";
import { dynamodbComputedStore } from "#adapters/aws/dynamodb-computed-store.ts";
import { dynamodbListKeys } from "#adapters/aws/dynamodb-list-keys.ts";
import { dynamodbMembershipStore } from "#adapters/aws/dynamodb-membership-store.ts";
import { dynamodbProfileStore } from "#adapters/aws/dynamodb-profile-store.ts";
import { segmentRowsIn } from "#adapters/aws/membership-item.ts";
import { COMPUTED_TABLE, LIST_KEYS_TABLE, MEMBERSHIPS_TABLE, PROFILES_TABLE } from "#contracts/tables.ts";
import type { SegmentChangeRow } from "#core/segments/segment-change-row.ts";
import { membershipConvergence, type OpenedMemberships } from "#test/contracts/membership-convergence.ts";
import { membershipStoreContract } from "#test/contracts/membership-store.ts";
import { type DynamodbLocal, startDynamodbLocal, whyNoDynamodbLocal } from "./support/dynamodb-local.ts";

const reason = whyNoDynamodbLocal();
if (reason !== undefined) console.warn(`skipped: ${reason}`);

describe.skipIf(reason !== undefined)("memberships on DynamoDB Local", () => {
  let local: DynamodbLocal;
  let made = 0;
  beforeAll(async () => {
    local = await startDynamodbLocal();
  });
  afterAll(async () => local?.stop());

  const open = async (): Promise<OpenedMemberships> => {
    const profiles = await local.table(PROFILES_TABLE.partitionKey);
    const table = `memberships-${made++}`;
    await local.client.send(membershipsTable(table));
    const lists = await local.table(LIST_KEYS_TABLE.partitionKey, LIST_KEYS_TABLE.sortKey);
    const computed = await local.table(COMPUTED_TABLE.partitionKey);
    const rows: SegmentChangeRow[] = [];
    const client = streaming(local.client, (item) => rows.push(...segmentRowsIn(item)));
    return {
      store: dynamodbProfileStore({ table: profiles.name, client: local.client }),
      memberships: dynamodbMembershipStore({ table, profilesTable: profiles.name, client }),
      listKeys: dynamodbListKeys({ table: lists.name, client: local.client }),
      computed: dynamodbComputedStore({ table: computed.name, client: local.client }),
      rows: async () => rows,
      close: async () => {
        for (const { drop } of [profiles, lists, computed]) await drop();
        await local.client.send(new DeleteTableCommand({ TableName: table }));
      },
    };
  };
  membershipStoreContract("DynamoDB", open);
  membershipConvergence("DynamoDB", open, { runs: 5, mostFaults: 20 });
});

/** The client, and what the table's stream tells: the item that each write left behind. */
const streaming = (client: DynamoDBClient, tell: (item: Readonly<Record<string, unknown>>) => void): DynamoDBClient =>
  new Proxy(client, {
    get: (target, name) => {
      if (name !== "send") return Reflect.get(target, name);
      return async (command: Parameters<DynamoDBClient["send"]>[0]) => {
        const answer = await target.send(command);
        if (command instanceof PutItemCommand && command.input.Item) tell(command.input.Item);
        if (command instanceof TransactWriteItemsCommand) {
          for (const { Put } of command.input.TransactItems ?? []) if (Put?.Item) tell(Put.Item);
        }
        return answer;
      };
    },
  });

const { partitionKey, dueIndex, dueShard, dueAt } = MEMBERSHIPS_TABLE;

const membershipsTable = (name: string) =>
  new CreateTableCommand({
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [
      { AttributeName: partitionKey, AttributeType: "S" },
      { AttributeName: dueShard, AttributeType: "S" },
      { AttributeName: dueAt, AttributeType: "N" },
    ],
    KeySchema: [{ AttributeName: partitionKey, KeyType: "HASH" }],
    GlobalSecondaryIndexes: [
      {
        IndexName: dueIndex,
        KeySchema: [
          { AttributeName: dueShard, KeyType: "HASH" },
          { AttributeName: dueAt, KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "KEYS_ONLY" },
      },
    ],
  });
