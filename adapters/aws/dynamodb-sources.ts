import { type DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { SOURCES_TABLE } from "#contracts/tables.ts";
import type { Sources } from "#core/events/ports.ts";
import { Source } from "#core/events/source.ts";
import { hasKey } from "#core/events/source-keys.ts";
import { writeKeyHash } from "#core/events/write-key-hash.ts";
import type { Clock } from "#core/kernel/ports.ts";
import { SECOND } from "#core/kernel/time.ts";
import { dynamodbClient } from "./dynamodb-client.ts";

export interface DynamodbSourcesOptions {
  readonly table: string;
  readonly now: Clock;
  readonly client?: DynamoDBClient;
}

/** A key that was switched off is believed no longer than this. */
const REMEMBERED_MS = 60 * SECOND;
/** A key that is not there may be made at any moment, and what its first senders are refused they never send again. */
const MISSED_MS = 5 * SECOND;
/** Made-up keys must not fill the memory. */
const MOST_REMEMBERED = 10_000;

interface Remembered {
  readonly source: Promise<Source | undefined>;
  readonly until: number;
}

/** One item per write key, under the key's digest; answers are remembered for a minute, that there is none for a moment. */
export function dynamodbSources({ table, now, client = dynamodbClient() }: DynamodbSourcesOptions): Sources {
  const remembered = new Map<string, Remembered>();
  const ask = async (keyHash: string): Promise<Source | undefined> => {
    const Key = { [SOURCES_TABLE.partitionKey]: { S: keyHash } };
    const { Item: item } = await client.send(new GetItemCommand({ TableName: table, Key }));
    const text = item?.[SOURCES_TABLE.source]?.S;
    const source = text === undefined ? undefined : Source.parse(JSON.parse(text));
    return source !== undefined && hasKey(source, keyHash) ? source : undefined;
  };
  return {
    byWriteKey: (writeKey) => {
      const keyHash = writeKeyHash(writeKey);
      const known = remembered.get(keyHash);
      if (known !== undefined && now() < known.until) return known.source;
      const source = ask(keyHash);
      remembered.delete(keyHash);
      if (remembered.size >= MOST_REMEMBERED) remembered.delete(remembered.keys().next().value as string);
      const asked = now();
      remembered.set(keyHash, { source, until: asked + REMEMBERED_MS });
      source.then(
        (found) => {
          if (found === undefined) remembered.set(keyHash, { source, until: asked + MISSED_MS });
        },
        // A failure is no answer, and is not remembered.
        () => remembered.delete(keyHash),
      );
      return source;
    },
  };
}
