import { afterAll, beforeAll, describe } from "vitest";
import { dynamodbComponentPages } from "#adapters/aws/dynamodb-component-pages.ts";
import { dynamodbProfileStore } from "#adapters/aws/dynamodb-profile-store.ts";
import { PROFILES_TABLE } from "#contracts/tables.ts";
import { componentPagesContract } from "#test/contracts/component-pages.ts";
import { type DynamodbLocal, startDynamodbLocal, whyNoDynamodbLocal } from "./support/dynamodb-local.ts";

const reason = whyNoDynamodbLocal();
if (reason !== undefined) console.warn(`skipped: ${reason}`);

describe.skipIf(reason !== undefined)("pages of components on DynamoDB Local", () => {
  let local: DynamodbLocal;
  beforeAll(async () => {
    local = await startDynamodbLocal();
  });
  afterAll(async () => local?.stop());

  componentPagesContract("DynamoDB", async () => {
    const { name: table, drop } = await local.table(PROFILES_TABLE.partitionKey);
    const at = { table, client: local.client };
    return { store: dynamodbProfileStore(at), pages: dynamodbComponentPages(at), close: drop };
  });
});
