import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  ListTablesCommand,
} from "@aws-sdk/client-dynamodb";
import { freePort } from "./free-port.ts";

/** AWS's own DynamoDB Local, as a package of npm carries it: needs Java. */
const PACKAGE = "amplify-dynamodb-simulator@2.9.30";
const CACHE = fileURLToPath(new URL("../../../.cache/", import.meta.url));

export interface DynamodbLocal {
  readonly client: DynamoDBClient;
  readonly endpoint: string;
  /** How to reach it with another client. */
  readonly config: DynamoDBClientConfig;
  /** A fresh table with these keys (strings), and how to drop it. */
  readonly table: (
    partitionKey: string,
    sortKey?: string,
  ) => Promise<{ readonly name: string; readonly drop: () => Promise<void> }>;
  readonly stop: () => Promise<void>;
}

/** Why it cannot run here; `undefined` where it can. */
export const whyNoDynamodbLocal = (): string | undefined =>
  spawnSync("java", ["-version"]).status === 0 ? undefined : "DynamoDB Local needs Java, which is not installed";

export async function startDynamodbLocal(): Promise<DynamodbLocal> {
  const home = unpacked();
  const port = await freePort();
  const jvm = ["-Xmx256m", "-Djava.library.path=./DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar"];
  const child = spawn("java", [...jvm, "-inMemory", "-sharedDb", "-port", String(port)], {
    cwd: home,
    stdio: "ignore",
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const config = {
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  };
  const client = new DynamoDBClient({ ...config, maxAttempts: 3 });
  try {
    await ready(client, child);
  } catch (failure) {
    child.kill();
    throw failure;
  }
  let made = 0;
  return {
    client,
    endpoint,
    config,
    table: async (partitionKey, sortKey) => {
      const name = `table-${made++}`;
      await client.send(new CreateTableCommand(tableOf(name, partitionKey, sortKey)));
      return {
        name,
        drop: async () => {
          await client.send(new DeleteTableCommand({ TableName: name }));
        },
      };
    },
    stop: async () => {
      client.destroy();
      const isOver = new Promise((resolve) => child.once("exit", resolve));
      child.kill();
      await isOver;
    },
  };
}

const tableOf = (name: string, partitionKey: string, sortKey: string | undefined) => ({
  TableName: name,
  BillingMode: "PAY_PER_REQUEST" as const,
  AttributeDefinitions: [partitionKey, sortKey].flatMap((key) =>
    key === undefined ? [] : [{ AttributeName: key, AttributeType: "S" as const }],
  ),
  KeySchema: [
    { AttributeName: partitionKey, KeyType: "HASH" as const },
    ...(sortKey === undefined ? [] : [{ AttributeName: sortKey, KeyType: "RANGE" as const }]),
  ],
});

/** The folder that holds the jar; fetched with npm the first time. */
function unpacked(): string {
  const home = join(CACHE, "dynamodb-local");
  if (!existsSync(join(home, "package"))) {
    mkdirSync(home, { recursive: true });
    execFileSync("npm", ["pack", PACKAGE, "--silent"], { cwd: home, stdio: ["ignore", "ignore", "inherit"] });
    const archive = readdirSync(home).find((file) => file.endsWith(".tgz"));
    if (archive === undefined) throw new Error(`npm packed nothing for ${PACKAGE}`);
    execFileSync("tar", ["xzf", archive], { cwd: home });
  }
  return join(home, "package", "emulator");
}

async function ready(client: DynamoDBClient, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) throw new Error(`DynamoDB Local ended with ${child.exitCode}`);
    try {
      await client.send(new ListTablesCommand({}));
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100)); // It does not listen yet.
    }
  }
  throw new Error("DynamoDB Local did not begin to listen within a minute");
}
