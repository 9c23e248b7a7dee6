import {
  BatchGetItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";
import { LIST_KEYS_TABLE } from "#contracts/tables.ts";
import type { ListLinkKeys, ListPart, ListPartPlace } from "#core/segments/list-link.ts";
import type { ListKeys } from "#core/segments/ports.ts";
import { dynamodbClient } from "./dynamodb-client.ts";
import { inParallel } from "./in-parallel.ts";
import { jitteredPause, type Pause } from "./pause.ts";

export interface DynamodbListKeysOptions {
  readonly table: string;
  readonly client?: DynamoDBClient;
  readonly pause?: Pause;
}

/** Limits of one call of DynamoDB, and how many calls are under way at a time. */
const KEYS_PER_READ = 100;
const WIDTH = 16;
const MAX_ATTEMPTS = 8;

/**
 * The identifiers of lists: an item for each link, all under their list, and one of some 46 kB for each part, each under
 * a key of its own, so that a large import is not written to one partition. A link's item is written last and taken away
 * first: where it is, so are the parts.
 */
export function dynamodbListKeys(options: DynamodbListKeysOptions): ListKeys {
  const context = { client: dynamodbClient(), pause: jitteredPause, ...options };
  return {
    write: async (listId, link, parts) => {
      await inParallel(parts, WIDTH, (keys, part) =>
        put(context, partKey({ listId, version: link.version, part }), { [LIST_KEYS_TABLE.keys]: { S: keys } }),
      );
      await put(context, linkKey(listId, link.version), { [LIST_KEYS_TABLE.link]: { S: JSON.stringify(link) } });
    },
    links: (listId) => linksIn(context, listId),
    parts: async (places) => {
      const keys = places.map(partKey);
      const calls = Array.from({ length: Math.ceil(keys.length / KEYS_PER_READ) }, (_, nth) =>
        keys.slice(nth * KEYS_PER_READ, (nth + 1) * KEYS_PER_READ),
      );
      const found = new Map((await inParallel(calls, WIDTH, (some) => readSome(context, some))).flat());
      return keys.map((key) => found.get(nameOf(key)));
    },
    remove: async (listId, beforeBase) => {
      const gone = (await linksIn(context, listId)).filter(({ base }) => base < beforeBase);
      await inParallel(gone, WIDTH, ({ version }) => remove(context, linkKey(listId, version)));
      const parts = gone.flatMap(({ version, firsts }) => firsts.map((_, part) => ({ listId, version, part })));
      await inParallel(parts, WIDTH, (place) => remove(context, partKey(place)));
    },
  };
}

type Context = Required<DynamodbListKeysOptions>;
type Text = Record<string, { readonly S: string }>;

const { partitionKey, sortKey } = LIST_KEYS_TABLE;

// No list's id has a sharp.
const partKey = ({ listId, version, part }: ListPartPlace): Text => ({
  [partitionKey]: { S: `${listId}#${version}#${part}` },
  [sortKey]: { S: "part" },
});
const linkKey = (listId: string, version: number): Text => ({
  [partitionKey]: { S: listId },
  [sortKey]: { S: String(version) },
});
const nameOf = (key: Readonly<Record<string, { readonly S?: string | undefined }>>): string =>
  key[partitionKey]?.S ?? "";

async function put({ client, table }: Context, key: Text, content: Text): Promise<void> {
  await client.send(new PutItemCommand({ TableName: table, Item: { ...key, ...content } }));
}

async function remove({ client, table }: Context, key: Text): Promise<void> {
  await client.send(new DeleteItemCommand({ TableName: table, Key: key }));
}

async function linksIn({ client, table }: Context, listId: string): Promise<readonly ListLinkKeys[]> {
  const links: ListLinkKeys[] = [];
  let from: Text | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: "#list = :list",
        ExpressionAttributeNames: { "#list": partitionKey },
        ExpressionAttributeValues: { ":list": { S: listId } },
        ConsistentRead: true,
        ...(from === undefined ? {} : { ExclusiveStartKey: from }),
      }),
    );
    for (const item of page.Items ?? []) {
      const text = item[LIST_KEYS_TABLE.link]?.S;
      if (text === undefined) throw new Error(`an item of the list ${listId} is no link`);
      links.push(JSON.parse(text) as ListLinkKeys);
    }
    from = page.LastEvaluatedKey as typeof from;
  } while (from !== undefined);
  return links;
}

/** Asks again for what DynamoDB left out: an answer holds 16 MB, and some may be throttled. */
async function readSome(
  { client, table, pause }: Context,
  keys: readonly Text[],
): Promise<readonly (readonly [string, ListPart])[]> {
  const found: (readonly [string, ListPart])[] = [];
  let wanted = [...new Map(keys.map((key) => [nameOf(key), key])).values()];
  for (let attempt = 0; wanted.length > 0; attempt++) {
    if (attempt >= MAX_ATTEMPTS) throw new Error(`DynamoDB left ${wanted.length} keys of ${table} unread`);
    if (attempt > 0) await pause(attempt);
    const asked = new BatchGetItemCommand({ RequestItems: { [table]: { Keys: wanted, ConsistentRead: true } } });
    const answer = await client.send(asked);
    for (const item of answer.Responses?.[table] ?? []) {
      const text = item[LIST_KEYS_TABLE.keys]?.S;
      if (text === undefined) throw new Error(`${nameOf(item)} is no part of a list`);
      found.push([nameOf(item), text]);
    }
    wanted = (answer.UnprocessedKeys?.[table]?.Keys ?? []) as typeof wanted;
  }
  return found;
}
