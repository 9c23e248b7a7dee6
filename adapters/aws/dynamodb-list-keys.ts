import { DeleteItemCommand, type DynamoDBClient, PutItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { LIST_KEYS_TABLE } from "#contracts/tables.ts";
import type { ListLinkKeys, ListPart, ListPartPlace } from "#core/segments/list-link.ts";
import type { ListKeys } from "#core/segments/ports.ts";
import { dynamodbClient } from "./dynamodb-client.ts";
import { inParallel } from "./in-parallel.ts";
import { jitteredPause, type Pause } from "./pause.ts";
import { type Item, readItems, type TextKey } from "./read-items.ts";

export interface DynamodbListKeysOptions {
  readonly table: string;
  readonly client?: DynamoDBClient;
  readonly pause?: Pause;
}

/** How many writes are under way at a time. */
const WIDTH = 16;

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
      const unique = [...new Map(keys.map((key) => [nameOf(key), key])).values()];
      const found = new Map((await readItems(context, unique)).map(partIn));
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

const { partitionKey, sortKey } = LIST_KEYS_TABLE;

// No list's id has a sharp.
const partKey = ({ listId, version, part }: ListPartPlace): TextKey => ({
  [partitionKey]: { S: `${listId}#${version}#${part}` },
  [sortKey]: { S: "part" },
});
const linkKey = (listId: string, version: number): TextKey => ({
  [partitionKey]: { S: listId },
  [sortKey]: { S: String(version) },
});
const nameOf = (key: Readonly<Record<string, { readonly S?: string | undefined }>>): string =>
  key[partitionKey]?.S ?? "";

async function put({ client, table }: Context, key: TextKey, content: TextKey): Promise<void> {
  await client.send(new PutItemCommand({ TableName: table, Item: { ...key, ...content } }));
}

async function remove({ client, table }: Context, key: TextKey): Promise<void> {
  await client.send(new DeleteItemCommand({ TableName: table, Key: key }));
}

async function linksIn({ client, table }: Context, listId: string): Promise<readonly ListLinkKeys[]> {
  const links: ListLinkKeys[] = [];
  let from: TextKey | undefined;
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

function partIn(item: Item): readonly [string, ListPart] {
  const text = item[LIST_KEYS_TABLE.keys]?.S;
  if (text === undefined) throw new Error(`${nameOf(item)} is no part of a list`);
  return [nameOf(item), text];
}
