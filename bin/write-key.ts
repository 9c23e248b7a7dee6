import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { SOURCES_TABLE } from "#contracts/tables.ts";
import { Source } from "#core/events/source.ts";
import { keptWriteKey } from "#core/events/write-key-hash.ts";

const USAGE = `Makes a write key for a source of events. The key is printed here and kept nowhere; the item on stdout goes to the table:
  node bin/write-key.ts site --name "Web site" --trust browser > item.json
  aws dynamodb put-item --table-name "$SOURCES_TABLE" --item file://item.json`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { name: { type: "string" }, trust: { type: "string", default: "server" }, help: { type: "boolean" } },
});
const [id] = positionals;
const writeKey = randomBytes(24).toString("base64url");
const key = keptWriteKey(writeKey, Date.now());
const source = Source.safeParse({ id, name: values.name ?? id, kind: values.trust, trust: values.trust, keys: [key] });

if (values.help || !source.success) {
  console.error(source.success || values.help ? USAGE : `${source.error.issues[0]?.message}\n\n${USAGE}`);
  process.exitCode = values.help ? 0 : 1;
} else {
  console.error(`write key of ${source.data.id}: ${writeKey}`);
  const item = { [SOURCES_TABLE.partitionKey]: key.hash, [SOURCES_TABLE.source]: JSON.stringify(source.data) };
  console.log(JSON.stringify(Object.fromEntries(Object.entries(item).map(([name, S]) => [name, { S }]))));
}
