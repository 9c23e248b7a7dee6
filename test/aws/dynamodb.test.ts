import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynamodbDefinitions } from "#adapters/aws/dynamodb-definitions.ts";
import { dynamodbProfileStore } from "#adapters/aws/dynamodb-profile-store.ts";
import { dynamodbRates } from "#adapters/aws/dynamodb-rates.ts";
import { dynamodbSourceDefinitions } from "#adapters/aws/dynamodb-source-definitions.ts";
import { dynamodbSources } from "#adapters/aws/dynamodb-sources.ts";
import { DEFINITIONS_TABLE, PROFILES_TABLE, RATES_TABLE, SOURCES_TABLE } from "#contracts/tables.ts";
import { SourceSettings, sourceOf } from "#core/events/source-settings.ts";
import { keptWriteKey } from "#core/events/write-key-hash.ts";
import type { Clock } from "#core/kernel/ports.ts";
import { definitionsContract } from "#test/contracts/definitions.ts";
import { identityConvergence } from "#test/contracts/identity-convergence.ts";
import { identityLaws } from "#test/contracts/identity-laws.ts";
import { knownFaults } from "#test/contracts/known-faults.ts";
import { profileStoreContract } from "#test/contracts/profile-store.ts";
import { ratesContract } from "#test/contracts/rates.ts";
import { repetitionsContract } from "#test/contracts/repetitions.ts";
import { type Thing, thingsOf } from "#test/contracts/source-things.ts";
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
  identityConvergence("DynamoDB", openStore, { runs: 20, mostWorkers: 8 });
  identityLaws("DynamoDB", openStore, { runs: 8 });
  knownFaults("DynamoDB", openStore, { races: 4, orders: 6 });
  repetitionsContract("DynamoDB", openStore, { runs: 12 });

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

  /** Both tables of sources, empty, and what writes and reads them. */
  const openSources = async (now: Clock) => {
    const definitionsTable = await local.table(DEFINITIONS_TABLE.partitionKey, DEFINITIONS_TABLE.sortKey);
    const keys = await local.table(SOURCES_TABLE.partitionKey);
    const [table, keysTable] = [definitionsTable.name, keys.name];
    return {
      definitions: dynamodbSourceDefinitions({ table, keysTable, now, client: local.client }),
      otherKind: dynamodbDefinitions<Thing>({ table, kind: "soup", now, client: local.client }),
      /** As a function that starts now sees them: it remembers nothing. */
      seen: () => dynamodbSources({ table: keysTable, now: () => 0, client: local.client }),
      keys: async () => (await local.client.send(new ScanCommand({ TableName: keysTable }))).Count,
      close: async () => void (await Promise.all([definitionsTable.drop(), keys.drop()])),
    };
  };
  definitionsContract("DynamoDB, of sources", async (now) => {
    const { definitions, otherKind, close } = await openSources(now);
    return { definitions: thingsOf(definitions), otherKind, close };
  });
  sourcesContract("DynamoDB", async (held) => {
    const { definitions, seen, close } = await openSources(() => 0);
    for (const source of held) await definitions.put(source.id, source, 0);
    return { sources: seen(), close };
  });
  it("keeps with a source's keys what its definition says, whatever is changed at once", async () => {
    const { definitions, seen, keys, close } = await openSources(Date.now);
    const source = sourceOf("site", SourceSettings.parse({ name: "Site" }), [keptWriteKey("k0", 0)]);
    await definitions.put("site", source, 0);
    const change = async (nth: number): Promise<void> => {
      for (let done = false; !done; ) {
        const found = await definitions.get("site");
        if (found === undefined) throw new Error("nobody deletes it");
        const [newest] = found.definition.keys;
        const next = {
          ...source,
          name: `Site ${nth}`,
          keys: [keptWriteKey(`k${nth}`, nth), ...(newest ? [newest] : [])],
        };
        done = (await definitions.put("site", next, found.version)) !== undefined;
      }
    };
    await Promise.all(Array.from({ length: 6 }, (_, nth) => change(nth + 1)));
    const { version, definition } = (await definitions.get("site")) ?? { version: 0, definition: source };
    expect([version, await keys()]).toEqual([7, 2]);
    const found = await Promise.all(Array.from({ length: 7 }, (_, nth) => seen().byWriteKey(`k${nth}`)));
    expect(found.filter((one) => one !== undefined)).toEqual([definition, definition]);
    expect(await definitions.delete("site")).toBe(true);
    expect(await keys()).toBe(0);
    await close();
  });
});
