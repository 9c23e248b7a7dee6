import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import { FirehoseClient } from "@aws-sdk/client-firehose";
import { SQSClient } from "@aws-sdk/client-sqs";
import { answered } from "#test/support/answering-client.ts";
import type { AwsBill } from "./aws-bill.ts";

type Attribute = { readonly S?: string; readonly N?: string; readonly B?: Uint8Array };
export type Item = Readonly<Record<string, Attribute>>;
interface Put {
  readonly TableName: string;
  readonly Item: Item;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
}

const REGION = { region: "us-east-1", credentials: { accessKeyId: "none", secretAccessKey: "none" } };

/** Sizes of items as DynamoDB counts them: names and text in UTF-8, bytes as they are, a number by its digits. */
export function itemBytes(item: Item): number {
  return Object.entries(item).reduce(
    (sum, [name, attribute]) => sum + Buffer.byteLength(name) + valueBytes(attribute),
    0,
  );
}

function valueBytes({ S, N, B }: Attribute): number {
  if (S !== undefined) return Buffer.byteLength(S);
  if (B !== undefined) return B.byteLength;
  return 1 + Math.ceil((N ?? "").replace(/^[-0.]+|[.]|0+$/g, "").length / 2);
}

type OnWrite = (key: string, item: Item, isTransaction: boolean) => void;

/**
 * One table with keys `k`, kept in memory: as much of DynamoDB as the profile store uses, every call on the bill. Calls
 * `onWrite` for each item that is put.
 */
export function recordingDynamodb(bill: AwsBill, onWrite: OnWrite = () => {}): DynamoDBClient {
  const items = new Map<string, Item>();
  const keyOf = (item: Item): string => item.k?.S ?? "";
  const sizeAt = (key: string): number => itemBytes(items.get(key) ?? {});
  const holds = ({ Item, ConditionExpression = "", ExpressionAttributeValues = {} }: Put): boolean => {
    const before = items.get(keyOf(Item));
    if (ConditionExpression.startsWith("attribute_not_exists")) return before === undefined;
    return before?.v?.N === ExpressionAttributeValues[":expected"]?.N;
  };
  const charge = (put: Put, isTransaction: boolean): void => {
    bill.write(sizeAt(keyOf(put.Item)), itemBytes(put.Item), isTransaction);
    onWrite(keyOf(put.Item), put.Item, isTransaction);
  };
  const answers: Readonly<Record<string, (input: never) => object>> = {
    BatchGetItemCommand: ({
      RequestItems,
    }: {
      RequestItems: Record<string, { Keys: Item[]; ConsistentRead: boolean }>;
    }) => {
      const Responses: Record<string, Item[]> = {};
      for (const [table, { Keys, ConsistentRead }] of Object.entries(RequestItems)) {
        for (const key of Keys) bill.read(sizeAt(keyOf(key)), ConsistentRead);
        Responses[table] = Keys.map((key) => items.get(keyOf(key))).filter((item) => item !== undefined);
      }
      return { Responses };
    },
    PutItemCommand: (put: Put) => {
      charge(put, false);
      if (!holds(put)) throw new ConditionalCheckFailedException({ message: "", $metadata: {} });
      items.set(keyOf(put.Item), put.Item);
      return {};
    },
    TransactWriteItemsCommand: ({ TransactItems }: { TransactItems: { Put: Put }[] }) => {
      const puts = TransactItems.map(({ Put }) => Put);
      for (const put of puts) charge(put, true);
      const CancellationReasons = puts.map((put) => ({ Code: holds(put) ? "None" : "ConditionalCheckFailed" }));
      if (CancellationReasons.some(({ Code }) => Code !== "None")) {
        throw new TransactionCanceledException({ message: "", $metadata: {}, CancellationReasons });
      }
      for (const put of puts) items.set(keyOf(put.Item), put.Item);
      return {};
    },
  };
  return answered(new DynamoDBClient(REGION), (command, input) => {
    const answer = answers[command];
    if (answer === undefined) throw new Error(`the recording client does not know ${command}`);
    return answer(input as never);
  });
}

export const recordingFirehose = (bill: AwsBill): FirehoseClient =>
  answered(new FirehoseClient(REGION), (_command, input) => {
    const records = input.Records as readonly { readonly Data: Uint8Array }[];
    for (const { Data } of records) bill.record(Data.byteLength);
    return { FailedPutCount: 0, RequestResponses: records.map((_, nth) => ({ RecordId: String(nth) })) };
  });

/** Calls `onMessage` with each body, as a queue delivers it later. */
export const recordingSqs = (bill: AwsBill, onMessage: (body: string) => void): SQSClient =>
  answered(new SQSClient(REGION), (_command, input) => {
    const body = String(input.MessageBody);
    bill.message(Buffer.byteLength(body));
    onMessage(body);
    return { MessageId: "m" };
  });
