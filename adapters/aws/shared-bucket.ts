import { ConditionalCheckFailedException, type DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { RATES_TABLE } from "#contracts/tables.ts";
import type { RateLimit } from "#core/events/source.ts";
import { costMs, ROUNDING_MS, slackMs } from "#core/events/token-bucket.ts";
import { HOUR, SECOND } from "#core/kernel/time.ts";

export interface SharedBucketOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** The item's key. */
  readonly name: string;
  readonly limit: RateLimit;
}

/** How often to ask anew where other instances take between a look and a write. */
const MOST_TRIES = 4;

const { partitionKey, fullAt: FULL_AT, expiresAt: EXPIRES_AT } = RATES_TABLE;

/**
 * A token bucket (`core/events/token-bucket.ts`) that is one item of DynamoDB: when it will be full again, in µs since
 * the epoch, by the clock of whoever takes. Taking moves that instant on by one conditional update, without reading it.
 */
export class SharedBucket {
  readonly #options: SharedBucketOptions;
  /** In ms, as last heard. It never goes back, so less is there than this says, never more. */
  #fullAt = 0;

  constructor(options: SharedBucketOptions) {
    this.#options = options;
  }

  /** How many ms until so many tokens can be there, as far as is known; not above 0 where they may be there now. */
  waitMs(tokens: number, now: number): number {
    return this.#fullAt - now - slackMs(this.#options.limit, tokens);
  }

  /**
   * Takes up to `wanted` tokens, `needed` at least. Answers how many; 0 where the needed ones are not there. Rejects
   * where the table is out of reach.
   */
  async take(needed: number, wanted: number, now: number): Promise<number> {
    for (let tries = 0; tries < MOST_TRIES && this.waitMs(needed, now) <= ROUNDING_MS; tries++) {
      const tokens = Math.max(needed, Math.min(wanted, this.#there(now)));
      if (await this.#move(tokens, now)) return tokens;
    }
    return 0;
  }

  #there(now: number): number {
    const { eventsPerSecond, burst } = this.#options.limit;
    return Math.floor(burst - (Math.max(0, this.#fullAt - now) / SECOND) * eventsPerSecond);
  }

  /**
   * Whether the tokens could be taken; in either case it is known then how full the bucket is. One that is full begins
   * anew at this instant, one that is not is moved on from where it is: two updates, and the likelier one is tried.
   */
  async #move(tokens: number, now: number): Promise<boolean> {
    const cost = costMs(this.#options.limit, tokens);
    const latest = now + slackMs(this.#options.limit, tokens) + ROUNDING_MS;
    const update = this.#fullAt <= now ? fromFull(now, cost) : fromWhereItIs(now, latest, cost);
    const expiresAt = { N: String(Math.ceil((latest + cost + HOUR) / SECOND)) };
    try {
      const { client, table, name } = this.#options;
      const { Attributes: item } = await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: { [partitionKey]: { S: name } },
          ...update,
          UpdateExpression: `${update.UpdateExpression}, ${EXPIRES_AT} = :expiresAt`,
          ExpressionAttributeValues: { ...update.ExpressionAttributeValues, ":expiresAt": expiresAt },
          ReturnValues: "UPDATED_NEW",
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        }),
      );
      this.#fullAt = millis(item?.[FULL_AT]?.N);
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      this.#fullAt = millis(error.Item?.[FULL_AT]?.N);
      return false;
    }
  }
}

const fromFull = (now: number, cost: number) => ({
  UpdateExpression: `SET ${FULL_AT} = :to`,
  ConditionExpression: `attribute_not_exists(${FULL_AT}) OR ${FULL_AT} <= :now`,
  ExpressionAttributeValues: { ":now": micros(now), ":to": micros(now + cost) },
});

const fromWhereItIs = (now: number, latest: number, cost: number) => ({
  UpdateExpression: `SET ${FULL_AT} = ${FULL_AT} + :cost`,
  ConditionExpression: `${FULL_AT} BETWEEN :now AND :latest`,
  ExpressionAttributeValues: { ":now": micros(now), ":latest": micros(latest), ":cost": micros(cost) },
});

const micros = (ms: number) => ({ N: String(Math.ceil(ms * 1_000)) });
const millis = (text: string | undefined): number => Number(text ?? 0) / 1_000;
