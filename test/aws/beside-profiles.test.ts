import { afterAll, beforeAll, describe } from "vitest";
import { dynamodbComputedStore } from "#adapters/aws/dynamodb-computed-store.ts";
import { dynamodbListKeys } from "#adapters/aws/dynamodb-list-keys.ts";
import { COMPUTED_TABLE, LIST_KEYS_TABLE } from "#contracts/tables.ts";
import { besideProfilesContract } from "#test/contracts/beside-profiles.ts";
import { listKeysContract } from "#test/contracts/list-keys.ts";
import { type DynamodbLocal, startDynamodbLocal, whyNoDynamodbLocal } from "./support/dynamodb-local.ts";

const reason = whyNoDynamodbLocal();
if (reason !== undefined) console.warn(`skipped: ${reason}`);

describe.skipIf(reason !== undefined)("lists on DynamoDB Local", () => {
  let local: DynamodbLocal;
  beforeAll(async () => {
    local = await startDynamodbLocal();
  });
  afterAll(async () => local?.stop());

  listKeysContract("DynamoDB", async () => {
    const { name: table, drop } = await local.table(LIST_KEYS_TABLE.partitionKey, LIST_KEYS_TABLE.sortKey);
    const open = () => dynamodbListKeys({ table, client: local.client });
    return { listKeys: open(), reopen: async () => open(), close: drop };
  });

  besideProfilesContract("DynamoDB", async () => {
    const lists = await local.table(LIST_KEYS_TABLE.partitionKey, LIST_KEYS_TABLE.sortKey);
    const computed = await local.table(COMPUTED_TABLE.partitionKey);
    return {
      listKeys: dynamodbListKeys({ table: lists.name, client: local.client }),
      computed: dynamodbComputedStore({ table: computed.name, client: local.client }),
      close: async () => {
        await lists.drop();
        await computed.drop();
      },
    };
  });
});
