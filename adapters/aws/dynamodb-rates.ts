import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Rates } from "#core/events/ports.ts";
import type { RateLimit } from "#core/events/source.ts";
import { bucketName, waitSeconds } from "#core/events/token-bucket.ts";
import { LEASE_MS, type TokenLease, tokensLeft, tokensToAsk } from "#core/events/token-lease.ts";
import type { Clock } from "#core/kernel/ports.ts";
import { SECOND } from "#core/kernel/time.ts";
import { impatientDynamodbClient } from "./dynamodb-client.ts";
import { SharedBucket } from "./shared-bucket.ts";

export interface DynamodbRatesOptions {
  readonly table: string;
  readonly now: Clock;
  /** Hears that limits could not be looked up, and so limit nobody for a while. Never given personal data. */
  readonly onTrouble: (error: unknown, where: string) => void;
  readonly client?: DynamoDBClient;
}

/** How long a table that could not be reached is left alone; meanwhile nobody is limited. */
const TROUBLE_MS = 10 * SECOND;
/** How long a refusal is believed, so that a flood costs few questions: as long as it says, within these bounds. */
const REFUSED_MS = { least: SECOND / 4, most: SECOND };

/**
 * Limits that all instances of a function share: one item for each limited source. An instance takes about a second's
 * worth of what it sends by one conditional update, and spends it from memory. Sources without a limit cost nothing.
 */
export function dynamodbRates(options: DynamodbRatesOptions): Rates {
  const shares = new Map<string, { readonly name: string; readonly share: Share }>();
  const trouble = new Trouble(options);
  let made: DynamoDBClient | undefined;
  const shareOf = (source: string, limit: RateLimit): Share => {
    const name = bucketName(source, limit);
    const held = shares.get(source);
    if (held?.name === name) return held.share;
    made ??= options.client ?? impatientDynamodbClient();
    const bucket = new SharedBucket({ client: made, table: options.table, name, limit });
    const share = new Share(bucket, limit, options.now, trouble);
    shares.set(source, { name, share });
    return share;
  };
  return {
    take: (source, limit, events) => shareOf(source, limit).take(events),
    putBack: (source, limit, events) => shareOf(source, limit).putBack(events),
  };
}

/** Whether the table was out of reach a moment ago. */
class Trouble {
  readonly #options: DynamodbRatesOptions;
  #until = 0;

  constructor(options: DynamodbRatesOptions) {
    this.#options = options;
  }

  has(error: unknown): void {
    this.#until = this.#options.now() + TROUBLE_MS;
    this.#options.onTrouble(error, "rates");
  }

  isOn(now: number): boolean {
    return now < this.#until;
  }
}

/** What one instance holds of a source's limit. */
class Share {
  readonly #bucket: SharedBucket;
  readonly #limit: RateLimit;
  readonly #now: Clock;
  readonly #trouble: Trouble;
  #lease: TokenLease | undefined;
  #refusedUntil = 0;
  #asking: Promise<void> | undefined;

  constructor(bucket: SharedBucket, limit: RateLimit, now: Clock, trouble: Trouble) {
    this.#bucket = bucket;
    this.#limit = limit;
    this.#now = now;
    this.#trouble = trouble;
  }

  /** Each turn either spends, refuses, or has asked: and whoever asked finds tokens, a refusal or trouble. */
  async take(events: number): Promise<number> {
    for (;;) {
      const now = this.#now();
      const left = tokensLeft(this.#lease, now);
      if (this.#lease !== undefined && left >= events) {
        this.#lease = { ...this.#lease, left: left - events };
        return 0;
      }
      if (events === 0 || this.#trouble.isOn(now)) return 0;
      if (now < this.#refusedUntil) return waitSeconds(this.#bucket.waitMs(events - left, now));
      this.#asking ??= this.#ask(events - left, now).finally(() => {
        this.#asking = undefined;
      });
      await this.#asking;
    }
  }

  putBack(events: number): void {
    if (this.#lease !== undefined) this.#lease = { ...this.#lease, left: this.#lease.left + events };
  }

  async #ask(shortage: number, now: number): Promise<void> {
    const wanted = tokensToAsk(this.#lease, this.#limit, shortage, now);
    try {
      const granted = await this.#bucket.take(shortage, wanted, now);
      if (this.#now() - now >= LEASE_MS)
        throw new Error("the table of limits took longer to answer than an answer is good for");
      // Good from when it was asked for, because the bucket counts from then.
      if (granted > 0) this.#lease = { granted, left: granted + tokensLeft(this.#lease, now), givenAt: now };
      else
        this.#refusedUntil =
          now + Math.min(Math.max(this.#bucket.waitMs(shortage, now), REFUSED_MS.least), REFUSED_MS.most);
    } catch (error) {
      this.#trouble.has(error);
    }
  }
}
