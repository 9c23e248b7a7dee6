import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { SendMessageBatchCommand, type SendMessageBatchRequestEntry, type SQSClient } from "@aws-sdk/client-sqs";
import type { SendMessage } from "#contracts/bus.ts";
import { MESSAGES_TABLE } from "#contracts/tables.ts";
import type { Message } from "#core/campaigns/message.ts";
import type { Outbox } from "#core/campaigns/ports.ts";
import { DAY } from "#core/kernel/time.ts";
import { dynamodbClient } from "./dynamodb-client.ts";
import { inParallel } from "./in-parallel.ts";
import { jitteredPause, type Pause } from "./pause.ts";
import { sqsClient } from "./sqs-resolve-queue.ts";

export interface SqsMessagesOptions {
  readonly queueUrl: string;
  /** The table where the ledger keeps what becomes of messages; here it is told that they are planned. */
  readonly table: string;
  readonly sqs?: SQSClient;
  readonly dynamodb?: DynamoDBClient;
  readonly pause?: Pause;
}

/** Limits of one call, and how many are under way at a time. */
const KEYS_PER_READ = 100;
const ENTRIES_PER_CALL = 10;
const BYTES_PER_CALL = 1_000_000;
const WIDTH = 16;
const QUEUE_WIDTH = 4;
const MAX_ATTEMPTS = 8;
const KEPT_MS = 90 * DAY;

/**
 * Messages on the send queue. First the table is told that a message is planned, then the queue gets it: should we die
 * in between, the run that is taken up again finds the address it chose and puts the message on the queue then.
 */
export function sqsMessages(options: SqsMessagesOptions): Outbox {
  const context = { sqs: sqsClient(), dynamodb: dynamodbClient(), pause: jitteredPause, ...options };
  return {
    planned: async (ids) => {
      const found = await inParallel(chunksOf([...new Set(ids)], KEYS_PER_READ), WIDTH, (some) => known(context, some));
      return new Set(found.flat());
    },
    plan: async (messages) => {
      await inParallel(messages, WIDTH, (message) => note(context, message));
      await inParallel(callsFor(messages), QUEUE_WIDTH, (entries) => enqueue(context, entries));
    },
  };
}

type Context = Required<SqsMessagesOptions>;

const chunksOf = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, nth) => items.slice(nth * size, (nth + 1) * size));

async function known({ dynamodb, table, pause }: Context, ids: readonly string[]): Promise<readonly string[]> {
  const key = MESSAGES_TABLE.partitionKey;
  const found: string[] = [];
  let wanted = ids.map((id): Record<string, { S: string }> => ({ [key]: { S: id } }));
  for (let attempt = 0; wanted.length > 0; attempt++) {
    if (attempt >= MAX_ATTEMPTS) throw new Error(`DynamoDB left ${wanted.length} keys of ${table} unread`);
    if (attempt > 0) await pause(attempt);
    const asked = {
      Keys: wanted,
      ConsistentRead: true,
      ProjectionExpression: "#id",
      ExpressionAttributeNames: { "#id": key },
    };
    const answer = await dynamodb.send(new BatchGetItemCommand({ RequestItems: { [table]: asked } }));
    for (const item of answer.Responses?.[table] ?? []) if (item[key]?.S !== undefined) found.push(item[key].S);
    wanted = (answer.UnprocessedKeys?.[table]?.Keys ?? []) as typeof wanted;
  }
  return found;
}

/** Only where nothing is known of the message yet: a claim must never be overwritten. */
async function note({ dynamodb, table }: Context, { id, plannedAt }: Message): Promise<void> {
  try {
    await dynamodb.send(
      new PutItemCommand({
        TableName: table,
        Item: {
          [MESSAGES_TABLE.partitionKey]: { S: id },
          [MESSAGES_TABLE.status]: { S: "planned" },
          [MESSAGES_TABLE.expiresAt]: { N: String(Math.ceil((plannedAt + KEPT_MS) / 1_000)) },
        },
        ConditionExpression: "attribute_not_exists(#id)",
        ExpressionAttributeNames: { "#id": MESSAGES_TABLE.partitionKey },
      }),
    );
  } catch (failure) {
    if (!(failure instanceof ConditionalCheckFailedException)) throw failure;
  }
}

/** As few calls as hold all messages: ten in one, or as many as fit. */
export function callsFor(messages: readonly Message[]): readonly (readonly SendMessageBatchRequestEntry[])[] {
  const calls: SendMessageBatchRequestEntry[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  messages.forEach((message, position) => {
    const entry = { Id: String(position), MessageBody: bodyOf(message) };
    const size = Buffer.byteLength(entry.MessageBody);
    if (bytes + size > BYTES_PER_CALL || calls.at(-1)?.length === ENTRIES_PER_CALL) {
      calls.push([]);
      bytes = 0;
    }
    calls.at(-1)?.push(entry);
    bytes += size;
  });
  return calls;
}

/** SQS refuses two characters that JSON allows; escaped, they are the same text. */
function bodyOf(message: Message): string {
  const body: SendMessage = { v: 1, message };
  return JSON.stringify(body).replace(/[\uFFFE\uFFFF]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
}

/** Sends again what the queue did not take, and only that. */
async function enqueue(
  { sqs, queueUrl, pause }: Context,
  entries: readonly SendMessageBatchRequestEntry[],
): Promise<void> {
  let waiting = [...entries];
  for (let attempt = 0; waiting.length > 0; attempt++) {
    if (attempt >= MAX_ATTEMPTS) throw new Error(`the send queue did not take ${waiting.length} messages`);
    if (attempt > 0) await pause(attempt);
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: waiting }));
    const failed = new Set(Failed.map(({ Id }) => Id));
    waiting = waiting.filter(({ Id }) => failed.has(Id));
  }
}
