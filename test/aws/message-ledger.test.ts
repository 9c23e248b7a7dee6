import { DynamoDBClient, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { type SendMessageBatchCommandInput, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynamodbMessageLedger } from "#adapters/aws/dynamodb-message-ledger.ts";
import { sqsMessages } from "#adapters/aws/sqs-messages.ts";
import type { SendMessage } from "#contracts/bus.ts";
import { MESSAGES_TABLE } from "#contracts/tables.ts";
import type { Message } from "#core/campaigns/message.ts";
import { messageLedgerContract } from "#test/contracts/message-ledger.ts";
import { messageNamed, outboxContract } from "#test/contracts/outbox.ts";
import { type DynamodbLocal, startDynamodbLocal, whyNoDynamodbLocal } from "./support/dynamodb-local.ts";

const reason = whyNoDynamodbLocal();
if (reason !== undefined) console.warn(`skipped: ${reason}`);

/** A client of a queue that is a list, and that refuses one entry of each call the first time, as SQS may. */
function listQueue(): { readonly client: SQSClient; readonly queued: Message[] } {
  const queued: Message[] = [];
  const refused = new Set<string>();
  const client = new SQSClient({ region: "eu-west-3", credentials: { accessKeyId: "a", secretAccessKey: "b" } });
  client.middlewareStack.add(
    () => async (args) => {
      const { Entries = [] } = args.input as SendMessageBatchCommandInput;
      const [unlucky] = Entries.filter(({ MessageBody = "" }) => !refused.has(MessageBody));
      if (unlucky?.MessageBody !== undefined) refused.add(unlucky.MessageBody);
      for (const entry of Entries) {
        if (entry !== unlucky) queued.push((JSON.parse(entry.MessageBody ?? "") as SendMessage).message);
      }
      const Failed = unlucky === undefined ? [] : [{ Id: unlucky.Id, SenderFault: false, Code: "InternalError" }];
      return { output: { Successful: [], Failed, $metadata: {} }, response: {} };
    },
    { step: "initialize", priority: "high" },
  );
  return { client, queued };
}

describe.skipIf(reason !== undefined)("messages on DynamoDB Local", () => {
  let local: DynamodbLocal;
  beforeAll(async () => {
    local = await startDynamodbLocal();
  });
  afterAll(async () => local?.stop());

  const openLedger = async () => {
    const { name: table, drop } = await local.table(MESSAGES_TABLE.partitionKey);
    const open = () => ({ ledger: dynamodbMessageLedger({ table, client: local.client }), close: drop });
    return { ...open(), reopen: async () => open() };
  };
  messageLedgerContract("DynamoDB", openLedger);

  const openOutbox = async () => {
    const { name: table, drop } = await local.table(MESSAGES_TABLE.partitionKey);
    const { client: sqs, queued } = listQueue();
    const open = () => ({
      table,
      outbox: sqsMessages({ queueUrl: "queue", table, sqs, dynamodb: local.client, pause: async () => {} }),
      queued: async () => queued,
      close: drop,
    });
    return { ...open(), reopen: async () => open() };
  };
  outboxContract("SQS and DynamoDB", openOutbox);

  it("plans anew what is on its way without touching its claim", async () => {
    const { outbox, table, close } = await openOutbox();
    const ledger = dynamodbMessageLedger({ table, client: local.client });
    await outbox.plan([messageNamed("a")]);
    await ledger.claim(["a"], { at: 1_000, staleBefore: 0 });
    await outbox.plan([messageNamed("a")]);
    expect((await ledger.claim(["a"], { at: 1_001, staleBefore: 0 })).get("a")).toEqual({ kind: "busy" });
    await close();
  });

  it("knows its own claim again where the answer was lost and the client asked twice", async () => {
    const { name: table, drop } = await local.table(MESSAGES_TABLE.partitionKey);
    const client = new DynamoDBClient({
      endpoint: local.endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
      maxAttempts: 3,
    });
    const lost = new Set<string>();
    client.middlewareStack.add(
      (next, context) => async (args) => {
        const answer = await next(args);
        const isFirst = context.commandName === UpdateItemCommand.name && lost.size === 0;
        if (!isFirst) return answer;
        lost.add("answer");
        throw Object.assign(new Error("the answer was lost"), { name: "TimeoutError" });
      },
      { step: "deserialize", priority: "low" },
    );
    const ledger = dynamodbMessageLedger({ table, client });
    const claims = await ledger.claim(["a"], { at: 1_000, staleBefore: 0 });
    expect(lost.size).toBe(1);
    expect(claims.get("a")).toEqual({ kind: "yours", interrupted: false });
    client.destroy();
    await drop();
  });

  it("forgets a message after a time that no queue keeps it for", async () => {
    const { outbox, table, close } = await openOutbox();
    await outbox.plan([messageNamed("a", { plannedAt: Date.UTC(2026, 0, 1) })]);
    const item = await local.client.send(
      new PutItemCommand({
        TableName: table,
        Item: { [MESSAGES_TABLE.partitionKey]: { S: "a" } },
        ReturnValues: "ALL_OLD",
      }),
    );
    const expiresAt = Number(item.Attributes?.[MESSAGES_TABLE.expiresAt]?.N);
    expect(new Date(expiresAt * 1_000).toISOString()).toBe("2026-04-01T00:00:00.000Z");
    await close();
  });
});
