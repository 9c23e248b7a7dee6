import { DescribeTableCommand, type DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { PROFILES_TABLE } from "#contracts/tables.ts";
import type { ComponentAt, ComponentPages } from "#core/profiles/ports.ts";
import { fromItem, keyIn } from "./component-item.ts";
import { dynamodbClient } from "./dynamodb-client.ts";

export interface DynamodbComponentPagesOptions {
  readonly table: string;
  readonly client?: DynamoDBClient;
}

/**
 * The components of `dynamodbProfileStore`, in the order of a scan. A page ends early where it comes to a megabyte.
 * Reads cost half a unit for each 4 KB of what is there. A page may be a moment old: who writes by it names the version
 * it read, and is refused. The size is DynamoDB's own count, which it takes about every six hours.
 */
export function dynamodbComponentPages({
  table,
  client = dynamodbClient(),
}: DynamodbComponentPagesOptions): ComponentPages {
  return {
    size: async () => (await client.send(new DescribeTableCommand({ TableName: table }))).Table?.ItemCount ?? 0,
    page: async (after, limit) => {
      const { Items, ScannedCount, LastEvaluatedKey } = await client.send(
        new ScanCommand({
          TableName: table,
          Limit: limit,
          ...(after === undefined ? {} : { ExclusiveStartKey: { [PROFILES_TABLE.partitionKey]: { S: after } } }),
        }),
      );
      const components = (Items ?? []).flatMap((item): readonly ComponentAt[] => {
        const stored = fromItem(item);
        return stored.kind === "component"
          ? [{ key: keyIn(item), version: stored.version, component: stored.component }]
          : [];
      });
      const next = LastEvaluatedKey === undefined ? {} : { next: keyIn(LastEvaluatedKey) };
      return { components, looked: ScannedCount ?? 0, ...next };
    },
  };
}
