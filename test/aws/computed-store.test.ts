import { afterAll, beforeAll, describe } from "vitest";
import { dynamodbComputedStore } from "#adapters/aws/dynamodb-computed-store.ts";
import { COMPUTED_TABLE } from "#contracts/tables.ts";
import { computedStoreContract } from "#test/contracts/computed-store.ts";
import { type DynamodbLocal, startDynamodbLocal, whyNoDynamodbLocal } from "./support/dynamodb-local.ts";

const reason = whyNoDynamodbLocal();
if (reason !== undefined) console.warn(`skipped: ${reason}`);

describe.skipIf(reason !== undefined)("computed traits on DynamoDB Local", () => {
  let local: DynamodbLocal;
  beforeAll(async () => {
    local = await startDynamodbLocal();
  });
  afterAll(async () => local?.stop());

  computedStoreContract("DynamoDB", async () => {
    const { name: table, drop } = await local.table(COMPUTED_TABLE.partitionKey);
    const open = () => dynamodbComputedStore({ table, client: local.client });
    return { store: open(), reopen: async () => open(), close: drop };
  });
});
