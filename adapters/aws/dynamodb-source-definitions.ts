import { type DynamoDBClient, type TransactWriteItem, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { SOURCES_TABLE } from "#contracts/tables.ts";
import type { Source } from "#core/events/source.ts";
import type { Clock, Defined, Definitions } from "#core/kernel/ports.ts";
import { dynamodbClient } from "./dynamodb-client.ts";
import { definitionDelete, definitionPut, dynamodbDefinitions } from "./dynamodb-definitions.ts";
import { jitteredPause, type Pause } from "./pause.ts";
import { writeFailure } from "./write-failure.ts";

export interface DynamodbSourceDefinitionsOptions {
  /** The table of definitions: the truth, with its version. */
  readonly table: string;
  /** The table that write keys are looked up in: see `dynamodbSources`. */
  readonly keysTable: string;
  readonly now: Clock;
  readonly client?: DynamoDBClient;
  readonly pause?: Pause;
}

type Context = Required<DynamodbSourceDefinitionsOptions>;

const KIND = "source";
const MAX_ATTEMPTS = 8;

/**
 * Sources, each with a copy under the digest of each of its keys. A transaction writes all of them on the condition that
 * the definition is still the one that was read, so the copies are never those of another version: a key is there as
 * soon as its source says so, and gone with it.
 */
export function dynamodbSourceDefinitions(options: DynamodbSourceDefinitionsOptions): Definitions<Source> {
  const context: Context = { client: dynamodbClient(), pause: jitteredPause, ...options };
  const { table, now, client } = context;
  const { get, list } = dynamodbDefinitions<Source>({ table, kind: KIND, now, client });
  return {
    get,
    list,
    put: async (id, definition, expected) => {
      const before = await get(id);
      if ((before?.version ?? 0) !== expected) return undefined;
      const stored: Defined<Source> = { id, version: expected + 1, updatedAt: now(), definition };
      const kept = new Set(definition.keys.map(({ hash }) => hash));
      const revoked = (before?.definition.keys ?? []).filter(({ hash }) => !kept.has(hash));
      const isMade = await writeTogether(context, [
        { Put: definitionPut(table, KIND, stored, before) },
        ...definition.keys.map(({ hash }) => putKey(context, hash, definition)),
        ...revoked.map(({ hash }) => deleteKey(context, hash)),
      ]);
      return isMade ? stored : undefined;
    },
    delete: async (id) => {
      for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
        const found = await get(id);
        if (found === undefined) return false;
        const keys = found.definition.keys.map(({ hash }) => deleteKey(context, hash));
        if (await writeTogether(context, [{ Delete: definitionDelete(table, KIND, found) }, ...keys])) return true;
        await context.pause(attempt);
      }
      throw new Error(`others changed the source ${id} each time that it was to be deleted`);
    },
  };
}

const putKey = ({ keysTable }: Context, keyHash: string, source: Source): TransactWriteItem => ({
  Put: {
    TableName: keysTable,
    Item: {
      [SOURCES_TABLE.partitionKey]: { S: keyHash },
      [SOURCES_TABLE.source]: { S: JSON.stringify(source) },
    },
  },
});

const deleteKey = ({ keysTable }: Context, keyHash: string): TransactWriteItem => ({
  Delete: { TableName: keysTable, Key: { [SOURCES_TABLE.partitionKey]: { S: keyHash } } },
});

/** Whether all of it was written; `false` where the definition had moved, and then nothing was. */
async function writeTogether({ client, pause }: Context, items: TransactWriteItem[]): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.send(new TransactWriteItemsCommand({ TransactItems: items }));
      return true;
    } catch (failure) {
      const kind = writeFailure(failure);
      if (kind === "refused") return false;
      if (kind === "fault" || attempt >= MAX_ATTEMPTS) throw failure;
      await pause(attempt);
    }
  }
}
