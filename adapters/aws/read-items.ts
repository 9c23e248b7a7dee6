import { type AttributeValue, BatchGetItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { inParallel } from "./in-parallel.ts";
import type { Pause } from "./pause.ts";

export type Item = Record<string, AttributeValue>;
/** A key whose parts are texts. */
export type TextKey = Record<string, { readonly S: string }>;

interface Context {
  readonly table: string;
  readonly client: DynamoDBClient;
  readonly pause: Pause;
}

/** Limits of one call of DynamoDB, and how many calls are under way at a time. */
const KEYS_PER_READ = 100;
const WIDTH = 16;
const MAX_ATTEMPTS = 8;

/**
 * The items at these keys, however many; in no order, and without those that are not there. No key may be given twice.
 * Where they need not be `fresh` they may be a moment old, at half the price.
 */
export async function readItems(context: Context, keys: readonly TextKey[], fresh = true): Promise<readonly Item[]> {
  const calls = Array.from({ length: Math.ceil(keys.length / KEYS_PER_READ) }, (_, nth) =>
    keys.slice(nth * KEYS_PER_READ, (nth + 1) * KEYS_PER_READ),
  );
  return (await inParallel(calls, WIDTH, (some) => readSome(context, some, fresh))).flat();
}

/** Asks again for what DynamoDB left out (`UnprocessedKeys`): an answer holds 16 MB, and some may be throttled. */
async function readSome(
  { table, client, pause }: Context,
  keys: readonly TextKey[],
  fresh: boolean,
): Promise<readonly Item[]> {
  const found: Item[] = [];
  let wanted = [...keys];
  for (let attempt = 0; wanted.length > 0; attempt++) {
    if (attempt >= MAX_ATTEMPTS) throw new Error(`DynamoDB left ${wanted.length} keys of ${table} unread`);
    if (attempt > 0) await pause(attempt);
    const request = { [table]: { Keys: wanted, ConsistentRead: fresh } };
    const answer = await client.send(new BatchGetItemCommand({ RequestItems: request }));
    found.push(...(answer.Responses?.[table] ?? []));
    wanted = (answer.UnprocessedKeys?.[table]?.Keys ?? []) as typeof wanted;
  }
  return found;
}
