import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";
import { DEFINITIONS_TABLE } from "#contracts/tables.ts";
import { compareText } from "#core/kernel/order.ts";
import type { Clock, Defined, Definitions } from "#core/kernel/ports.ts";
import { dynamodbClient } from "./dynamodb-client.ts";

export interface DynamodbDefinitionsOptions {
  readonly table: string;
  /** `segment`, `campaign`…: definitions of one kind do not see those of another. */
  readonly kind: string;
  readonly now: Clock;
  readonly client?: DynamoDBClient;
}

type Item = Readonly<Record<string, { readonly S?: string; readonly N?: string }>>;

/** Definitions of one kind under one partition key: few, small, listed with one query. */
export function dynamodbDefinitions<T>(options: DynamodbDefinitionsOptions): Definitions<T> {
  const { table, kind, now, client = dynamodbClient() } = options;
  const keyOf = (id: string) => itemKey(kind, id);
  return {
    get: async (id) => {
      const asked = new GetItemCommand({ TableName: table, Key: keyOf(id), ConsistentRead: true });
      const { Item: item } = await client.send(asked);
      return item && readDefined<T>(item);
    },
    list: async () => {
      const found: Defined<T>[] = [];
      let from: Record<string, { S: string }> | undefined;
      do {
        const page = await client.send(new QueryCommand(queryOf(table, kind, from)));
        found.push(...(page.Items ?? []).map((item) => readDefined<T>(item)));
        from = page.LastEvaluatedKey as typeof from;
      } while (from !== undefined);
      // DynamoDB sorts by UTF-8 bytes, the port by UTF-16 units.
      return found.sort((x, y) => compareText(x.id, y.id));
    },
    put: async (id, definition, expected) => {
      const stored: Defined<T> = { id, version: expected + 1, updatedAt: now(), definition };
      const item = { ...keyOf(id), ...writeDefined(stored) };
      const isMade = await ifCondition(
        client.send(new PutItemCommand({ TableName: table, Item: item, ...condition(expected) })),
      );
      return isMade ? stored : undefined;
    },
    delete: async (id) => {
      const asked = new DeleteItemCommand({ TableName: table, Key: keyOf(id), ReturnValues: "ALL_OLD" });
      return (await client.send(asked)).Attributes !== undefined;
    },
  };
}

const itemKey = (kind: string, id: string) => ({
  [DEFINITIONS_TABLE.partitionKey]: { S: kind },
  [DEFINITIONS_TABLE.sortKey]: { S: id },
});

/** The write that puts a definition in the place of the one that was read, if that is still there; for transactions. */
export const definitionPut = <T>(table: string, kind: string, next: Defined<T>, read: Defined<T> | undefined) => ({
  TableName: table,
  Item: { ...itemKey(kind, next.id), ...writeDefined(next) },
  ...(read === undefined ? condition(0) : still(read)),
});

/** The write that deletes a definition, if it is still the one that was read; for transactions. */
export const definitionDelete = <T>(table: string, kind: string, read: Defined<T>) => ({
  TableName: table,
  Key: itemKey(kind, read.id),
  ...still(read),
});

/** A definition that was deleted and made again counts from 1 anew: its time tells it from the one that was read. */
const still = ({ version, updatedAt }: Defined<unknown>) => ({
  ConditionExpression: "#version = :version AND #updatedAt = :updatedAt",
  ExpressionAttributeNames: {
    "#version": DEFINITIONS_TABLE.version,
    "#updatedAt": DEFINITIONS_TABLE.updatedAt,
  },
  ExpressionAttributeValues: { ":version": { N: String(version) }, ":updatedAt": { N: String(updatedAt) } },
});

const queryOf = (table: string, kind: string, from: Record<string, { S: string }> | undefined) => ({
  TableName: table,
  KeyConditionExpression: "#kind = :kind",
  ExpressionAttributeNames: { "#kind": DEFINITIONS_TABLE.partitionKey },
  ExpressionAttributeValues: { ":kind": { S: kind } },
  ConsistentRead: true,
  ...(from === undefined ? {} : { ExclusiveStartKey: from }),
});

const condition = (expected: number) =>
  expected === 0
    ? {
        ConditionExpression: "attribute_not_exists(#id)",
        ExpressionAttributeNames: { "#id": DEFINITIONS_TABLE.sortKey },
      }
    : {
        ConditionExpression: "#version = :expected",
        ExpressionAttributeNames: { "#version": DEFINITIONS_TABLE.version },
        ExpressionAttributeValues: { ":expected": { N: String(expected) } },
      };

async function ifCondition(asked: Promise<unknown>): Promise<boolean> {
  try {
    await asked;
    return true;
  } catch (failure) {
    if (failure instanceof ConditionalCheckFailedException) return false;
    throw failure;
  }
}

const writeDefined = <T>({ version, updatedAt, definition }: Defined<T>) => ({
  [DEFINITIONS_TABLE.version]: { N: String(version) },
  [DEFINITIONS_TABLE.updatedAt]: { N: String(updatedAt) },
  [DEFINITIONS_TABLE.definition]: { S: JSON.stringify(definition) },
});

function readDefined<T>(item: Item): Defined<T> {
  const text = item[DEFINITIONS_TABLE.definition]?.S;
  const id = item[DEFINITIONS_TABLE.sortKey]?.S;
  if (text === undefined || id === undefined) throw new Error("an item of the definitions table is not a definition");
  return {
    id,
    version: Number(item[DEFINITIONS_TABLE.version]?.N),
    updatedAt: Number(item[DEFINITIONS_TABLE.updatedAt]?.N),
    definition: JSON.parse(text) as T,
  };
}
