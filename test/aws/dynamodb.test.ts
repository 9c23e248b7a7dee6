import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe } from "vitest";
import { dynamodbDefinitions } from "#adapters/aws/dynamodb-definitions.ts";
import { dynamodbProfileStore } from "#adapters/aws/dynamodb-profile-store.ts";
import { dynamodbRates } from "#adapters/aws/dynamodb-rates.ts";
import { dynamodbSources } from "#adapters/aws/dynamodb-sources.ts";
import { DEFINITIONS_TABLE, PROFILES_TABLE, RATES_TABLE, SOURCES_TABLE } from "#contracts/tables.ts";
import { definitionsContract } from "#test/contracts/definitions.ts";
import { identityConvergence } from "#test/contracts/identity-convergence.ts";
import { profileStoreContract } from "#test/contracts/profile-store.ts";
import { ratesContract } from "#test/contracts/rates.ts";
import { sourcesContract } from "#test/contracts/sources.ts";
import { type DynamodbLocal, startDynamodbLocal, whyNoDynamodbLocal } from "./support/dynamodb-local.ts";

const reason = whyNoDynamodbLocal();
if (reason !== undefined) console.warn(`skipped: ${reason}`);

describe.skipIf(reason !== undefined)("adapters on DynamoDB Local", () => {
  let local: DynamodbLocal;
  beforeAll(async () => {
    local = await startDynamodbLocal();
  });
  afterAll(async () => local?.stop());

  const openStore = async () => {
    const { name: table, drop } = await local.table(PROFILES_TABLE.partitionKey);
    const store = dynamodbProfileStore({ table, client: local.client });
    const reopen = async () => dynamodbProfileStore({ table, client: local.client });
    return { store, reopen, close: drop };
  };
  profileStoreContract("DynamoDB", openStore);
  identityConvergence("DynamoDB", openStore, { runs: 25 });

  definitionsContract("DynamoDB", async (now) => {
    const { name: table, drop } = await local.table(DEFINITIONS_TABLE.partitionKey, DEFINITIONS_TABLE.sortKey);
    const ofKind = <T>(kind: string) => dynamodbDefinitions<T>({ table, kind, now, client: local.client });
    return { definitions: ofKind("soup"), otherKind: ofKind("salad"), close: drop };
  });

  ratesContract("DynamoDB", async (now) => {
    const { name: table, drop } = await local.table(RATES_TABLE.partitionKey);
    const onTrouble = (error: unknown): never => {
      throw error;
    };
    return { rates: dynamodbRates({ table, now, onTrouble, client: local.client }), close: drop };
  });

  sourcesContract("DynamoDB", async (held) => {
    const { name: table, drop } = await local.table(SOURCES_TABLE.partitionKey);
    for (const source of held) {
      for (const { hash: keyHash } of source.keys) {
        const item = {
          [SOURCES_TABLE.partitionKey]: { S: keyHash },
          [SOURCES_TABLE.source]: { S: JSON.stringify(source) },
        };
        await local.client.send(new PutItemCommand({ TableName: table, Item: item }));
      }
    }
    return { sources: dynamodbSources({ table, now: () => 0, client: local.client }), close: drop };
  });
});
