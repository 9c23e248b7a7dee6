import {
  type BatchGetItemCommandOutput,
  ConditionalCheckFailedException,
  DynamoDBClient,
  type DynamoDBClientConfig,
  ProvisionedThroughputExceededException,
  type PutItemCommandInput,
  TransactionCanceledException,
  type TransactWriteItemsCommandInput,
} from "@aws-sdk/client-dynamodb";
import { fromItem, keyIn } from "#adapters/aws/component-item.ts";
import { type ChangeStream, changeStream } from "#test/contracts/change-stream.ts";
import { InjectedFault } from "#test/contracts/unsteady-store.ts";

/** How often each fault struck, so that a test can show that it did. */
export type Struck = Readonly<Record<Fault, number>>;

type Fault =
  | "throttled"
  | "left out"
  | "condition failed out of the blue"
  | "another transaction in the way"
  | "timed out after success, asked again"
  | "timed out after success, never told"
  | "died before";

export interface FaultyDynamodb {
  readonly client: DynamoDBClient;
  /** What was really written to the table of profiles, as its stream would tell. */
  readonly stream: ChangeStream;
  readonly struck: Struck;
}

type Put = Pick<PutItemCommandInput, "Item" | "ExpressionAttributeValues">;

type Call = (args: { readonly input: object }) => Promise<{ readonly response: unknown; readonly output: object }>;

/** As much of the SDK's client as is needed to stand between its retries and the network. */
interface Calling {
  readonly middlewareStack: { add(middleware: (next: Call) => Call, options: object): void };
}

const isTransaction = (input: object): input is TransactWriteItemsCommandInput => "TransactItems" in input;

const putsIn = (input: object): readonly Put[] =>
  isTransaction(input)
    ? (input.TransactItems ?? []).flatMap(({ Put }) => Put ?? [])
    : "Item" in input
      ? [input as PutItemCommandInput]
      : [];

/**
 * A real client of a real engine, between which and the SDK's own retries every fault of a network and of a busy table
 * strikes, at most `faults` times. So an answer that was lost is asked for again by the SDK itself, with its own tokens.
 */
export function faultyDynamodb(config: DynamoDBClientConfig, random: () => number, faults: number): FaultyDynamodb {
  const client = new DynamoDBClient({ ...config, retryStrategy: threeTimesAtOnce });
  const stream = changeStream();
  const struck: Record<Fault, number> = {
    throttled: 0,
    "left out": 0,
    "condition failed out of the blue": 0,
    "another transaction in the way": 0,
    "timed out after success, asked again": 0,
    "timed out after success, never told": 0,
    "died before": 0,
  };
  let left = faults;
  const strikes = (fault: Fault, odds: number): boolean => {
    if (left <= 0 || random() >= odds) return false;
    left--;
    struck[fault]++;
    return true;
  };
  const before = (input: object): void => {
    if (strikes("died before", 0.03)) throw new InjectedFault("died before a call");
    if (strikes("throttled", 0.05)) throw new ProvisionedThroughputExceededException(said("throttled"));
    const puts = putsIn(input);
    if (puts.length > 0 && strikes("condition failed out of the blue", 0.05)) throw refusal(input, puts);
    if (isTransaction(input) && strikes("another transaction in the way", 0.15)) {
      throw cancelled(puts, "TransactionConflict");
    }
  };
  const after = (input: object, output: object): object => {
    const puts = putsIn(input);
    for (const put of puts) stream.note(writeIn(put));
    if (puts.length > 0 && strikes("timed out after success, asked again", 0.06)) throw timeout();
    if (puts.length > 0 && strikes("timed out after success, never told", 0.05)) throw new InjectedFault("no answer");
    return "Responses" in output && strikes("left out", 0.08)
      ? leavingOut(output as BatchGetItemCommandOutput)
      : output;
  };
  (client as unknown as Calling).middlewareStack.add(
    (next) => async (args) => {
      before(args.input);
      const answer = await next(args);
      return { ...answer, output: after(args.input, answer.output) };
    },
    { step: "deserialize", priority: "high", name: "faults" },
  );
  return { client, stream, struck };
}

const said = (message: string) => ({ message, $metadata: {} });

const cancelled = (puts: readonly Put[], reason: string): Error =>
  new TransactionCanceledException({
    ...said("cancelled"),
    CancellationReasons: puts.map((_, nth) => ({ Code: nth === 0 ? reason : "None" })),
  });

const refusal = (input: object, puts: readonly Put[]): Error =>
  isTransaction(input)
    ? cancelled(puts, "ConditionalCheckFailed")
    : new ConditionalCheckFailedException(said("the conditional request failed"));

/** As Node says it where the other side hangs up: the SDK asks again. */
const timeout = (): Error => Object.assign(new Error("socket hang up"), { name: "TimeoutError", code: "ECONNRESET" });

function writeIn({ Item: item = {}, ExpressionAttributeValues: values }: Put) {
  const expected = values?.[":expected"];
  const version = expected !== undefined && "N" in expected ? Number(expected.N) : 0;
  return { key: keyIn(item), expected: version, next: fromItem(item) };
}

/** Half of what was found is said to be unread, as where an answer grows too large or a table is busy. */
function leavingOut(output: BatchGetItemCommandOutput): BatchGetItemCommandOutput {
  const [[table, items] = ["", []]] = Object.entries(output.Responses ?? {});
  const kept = items.slice(0, Math.floor(items.length / 2));
  const keys = items.slice(kept.length).map((item) => ({ k: { S: keyIn(item) } }));
  const unread = keys.length === 0 ? {} : { [table]: { Keys: keys } };
  return { ...output, Responses: { [table]: kept }, UnprocessedKeys: { ...output.UnprocessedKeys, ...unread } };
}

interface Token {
  readonly getRetryCount: () => number;
  readonly getRetryDelay: () => number;
  readonly getRetryCost: () => undefined;
}

const tokenFor = (count: number): Token => ({
  getRetryCount: () => count,
  getRetryDelay: () => 0,
  getRetryCost: () => undefined,
});

/** The SDK's own judgement of what may be asked again, without its waiting. */
const threeTimesAtOnce = {
  mode: "standard",
  acquireInitialRetryToken: async () => tokenFor(0),
  refreshRetryTokenForRetry: async (token: Token, { errorType }: { readonly errorType: string }) => {
    if (token.getRetryCount() >= 2 || errorType === "CLIENT_ERROR") throw new Error("not asked again");
    return tokenFor(token.getRetryCount() + 1);
  },
  recordSuccess: () => {},
};
