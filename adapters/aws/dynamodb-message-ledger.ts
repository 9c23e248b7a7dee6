import { randomUUID } from "node:crypto";
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { MESSAGES_TABLE } from "#contracts/tables.ts";
import type { Claim, MessageLedger, Settlement } from "#core/campaigns/ports.ts";
import { DAY, type EpochMs } from "#core/kernel/time.ts";
import { dynamodbClient } from "./dynamodb-client.ts";
import { inParallel } from "./in-parallel.ts";

export interface DynamodbMessageLedgerOptions {
  readonly table: string;
  readonly client?: DynamoDBClient;
}

const WIDTH = 16;
/** How long what became of a message is known here; the lake knows for ever. No queue holds a message for as long. */
const KEPT_MS = 90 * DAY;

const COLUMNS = {
  "#status": MESSAGES_TABLE.status,
  "#claimedAt": MESSAGES_TABLE.claimedAt,
  "#claims": MESSAGES_TABLE.claims,
  "#claimedBy": MESSAGES_TABLE.claimedBy,
  "#settledAt": MESSAGES_TABLE.settledAt,
  "#reason": MESSAGES_TABLE.reason,
  "#providerId": MESSAGES_TABLE.providerId,
  "#expiresAt": MESSAGES_TABLE.expiresAt,
} as const;

type Item = Readonly<Record<string, AttributeValue>>;

/** One item for each message; claiming and settling it are conditional updates of one write unit each. */
export function dynamodbMessageLedger(options: DynamodbMessageLedgerOptions): MessageLedger {
  const { table, client = dynamodbClient() } = options;
  const update = (messageId: string, change: Change) =>
    updateItem(client, { TableName: table, Key: { [MESSAGES_TABLE.partitionKey]: { S: messageId } }, ...change });
  return {
    claim: async (ids, when) => {
      const claims = await inParallel(ids, WIDTH, async (id) => {
        const claimant = randomUUID();
        return [id, claimIn(id, claimant, await update(id, claiming(claimant, when)))] as const;
      });
      return new Map(claims);
    },
    settle: async (settlements) => {
      await inParallel(settlements, WIDTH, (settlement) => update(settlement.messageId, settling(settlement)));
    },
    release: async (ids, at) => {
      await inParallel(ids, WIDTH, (id) => update(id, releasing(at)));
    },
  };
}

type Change = Omit<ConstructorParameters<typeof UpdateItemCommand>[0], "TableName" | "Key">;

type Updated = { readonly kind: "made" | "refused"; readonly item: Item };

/** The item as it stands after the update, or as it stood where the condition refused it. */
async function updateItem(
  client: DynamoDBClient,
  change: ConstructorParameters<typeof UpdateItemCommand>[0],
): Promise<Updated> {
  try {
    const { Attributes = {} } = await client.send(
      new UpdateItemCommand({
        ...change,
        ReturnValues: "ALL_NEW",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    );
    return { kind: "made", item: Attributes };
  } catch (failure) {
    if (failure instanceof ConditionalCheckFailedException) return { kind: "refused", item: failure.Item ?? {} };
    throw failure;
  }
}

const number = (value: number): AttributeValue => ({ N: String(value) });
const expiryAfter = (at: EpochMs): AttributeValue => number(Math.ceil((at + KEPT_MS) / 1_000));
const named = (...names: readonly (keyof typeof COLUMNS)[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, COLUMNS[name]]));

const claiming = (
  claimant: string,
  { at, staleBefore }: { readonly at: EpochMs; readonly staleBefore: EpochMs },
): Change => ({
  UpdateExpression:
    "SET #status = :claimed, #claimedAt = :at, #claimedBy = :claimant, #expiresAt = :expiry ADD #claims :one",
  ConditionExpression:
    "attribute_not_exists(#status) OR #status = :planned OR (#status = :claimed AND #claimedAt < :stale)",
  ExpressionAttributeNames: named("#status", "#claimedAt", "#claimedBy", "#expiresAt", "#claims"),
  ExpressionAttributeValues: {
    ":claimed": { S: "claimed" },
    ":planned": { S: "planned" },
    ":at": number(at),
    ":stale": number(staleBefore),
    ":claimant": { S: claimant },
    ":expiry": expiryAfter(at),
    ":one": number(1),
  },
});

/**
 * The client may repeat a request whose answer was lost. The repetition is then refused by what the first one wrote: it
 * is told apart from somebody else's claim by the claimant's name.
 */
function claimIn(id: string, claimant: string, { kind, item }: Updated): Claim {
  if (kind === "made" || item[MESSAGES_TABLE.claimedBy]?.S === claimant)
    return { kind: "yours", interrupted: Number(item[MESSAGES_TABLE.claims]?.N) > 1 };
  if (item[MESSAGES_TABLE.status]?.S === "claimed") return { kind: "busy" };
  return { kind: "settled", settlement: settlementIn(id, item) };
}

const settling = ({ status, reason, providerId, at }: Settlement): Change => ({
  UpdateExpression:
    "SET #status = :status, #reason = :reason, #providerId = :providerId, #settledAt = :at, #expiresAt = :expiry",
  ConditionExpression: "attribute_not_exists(#status) OR #status IN (:planned, :claimed, :uncertain)",
  ExpressionAttributeNames: named("#status", "#reason", "#providerId", "#settledAt", "#expiresAt"),
  ExpressionAttributeValues: {
    ":status": { S: status },
    ":reason": textOrNull(reason),
    ":providerId": textOrNull(providerId),
    ":at": number(at),
    ":expiry": expiryAfter(at),
    ":planned": { S: "planned" },
    ":claimed": { S: "claimed" },
    ":uncertain": { S: "uncertain" },
  },
});

const releasing = (at: EpochMs): Change => ({
  UpdateExpression: "SET #status = :planned REMOVE #claimedAt, #claimedBy, #claims",
  ConditionExpression: "#status = :claimed AND #claimedAt = :at",
  ExpressionAttributeNames: named("#status", "#claimedAt", "#claimedBy", "#claims"),
  ExpressionAttributeValues: { ":planned": { S: "planned" }, ":claimed": { S: "claimed" }, ":at": number(at) },
});

const textOrNull = (text: string | null): AttributeValue => (text === null ? { NULL: true } : { S: text });

function settlementIn(messageId: string, item: Item): Settlement {
  const status = item[MESSAGES_TABLE.status]?.S;
  if (status !== "sent" && status !== "failed" && status !== "uncertain")
    throw new Error("an item of the messages table is in no state that a message can be in");
  return {
    messageId,
    status,
    reason: item[MESSAGES_TABLE.reason]?.S ?? null,
    providerId: item[MESSAGES_TABLE.providerId]?.S ?? null,
    at: Number(item[MESSAGES_TABLE.settledAt]?.N),
  };
}
