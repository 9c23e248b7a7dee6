import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./free-port.ts";
import { type TrinoClient, trinoClient } from "./trino-client.ts";
import { javaSince } from "./trino-java.ts";
import { LEAST_JAVA, type TrinoPackage, trinoPackage } from "./trino-package.ts";

export interface Trino {
  readonly version: string;
  readonly client: TrinoClient;
  /** Under here lie the lakes that it can read: `local:///<name>` is `<root>/<name>`. */
  readonly root: string;
  stop(): Promise<void>;
}

/** Named as Athena names its catalogue, so that a name in three parts is the same text in both. */
const CATALOG = "awsdatacatalog";

const STARTING_MS = 240_000;

/**
 * One server of one node with the Hive connector, on files of this machine and, where an address is given, on the S3 that
 * answers there. Answers why it cannot be had, or the server.
 */
export async function startTrino(s3?: string): Promise<Trino | { readonly missing: string }> {
  const java = javaSince(LEAST_JAVA);
  if (java === undefined) return { missing: `Trino needs Java ${LEAST_JAVA} or newer, and none is installed` };
  const found = await trinoPackage();
  if ("missing" in found) return found;
  const folder = mkdtempSync(join(tmpdir(), "tributary-trino-"));
  const port = await freePort();
  const root = configure(folder, port, found, s3);
  const log = join(folder, "server.log");
  const child = start(java, found, folder, log);
  const stop = async (): Promise<void> => {
    const isOver = new Promise((resolve) => child.once("exit", resolve));
    if (child.exitCode === null && child.signalCode === null) {
      child.stdin?.end();
      await isOver;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await ready(url, child, log);
  } catch (failure) {
    await stop();
    throw failure;
  }
  return { version: found.version, client: trinoClient(url, CATALOG), root, stop };
}

/** Writes what the server is to be; answers the folder whose files it may read. */
function configure(folder: string, port: number, { plugins }: TrinoPackage, s3: string | undefined): string {
  const root = join(folder, "files");
  const catalogs = join(folder, "catalogs");
  for (const made of [root, catalogs]) mkdirSync(made);
  writeProperties(join(folder, "config.properties"), {
    coordinator: "true",
    "node-scheduler.include-coordinator": "true",
    "http-server.http.port": String(port),
    "discovery.uri": `http://127.0.0.1:${port}`,
    "node.environment": "test",
    "node.internal-address": "127.0.0.1",
    "node.bind-ip": "127.0.0.1",
    "plugin.dir": plugins,
    "catalog.config-dir": catalogs,
    "query.max-memory": "1GB",
    "query.max-memory-per-node": "1GB",
    // Small tables, of which nobody keeps statistics: dividing the work and weighing joins costs more than it brings.
    "task.concurrency": "1",
    "join-distribution-type": "BROADCAST",
    "optimizer.join-reordering-strategy": "NONE",
    "query.max-history": "20",
  });
  writeProperties(join(catalogs, `${CATALOG}.properties`), {
    "connector.name": "hive",
    "hive.metastore": "file",
    "hive.metastore.catalog.dir": "local:///.metastore",
    "hive.partition-projection-enabled": "true",
    "fs.native-local.enabled": "true",
    "local.location": root,
    ...(s3 === undefined ? { "hive.non-managed-table-writes-enabled": "false" } : onS3(s3)),
  });
  return root;
}

/** What it makes there lies where a statement says, as `UNLOAD` has it. */
const onS3 = (endpoint: string): Readonly<Record<string, string>> => ({
  "hive.non-managed-table-writes-enabled": "true",
  "fs.native-s3.enabled": "true",
  "s3.endpoint": endpoint,
  "s3.region": "us-east-1",
  "s3.path-style-access": "true",
  "s3.aws-access-key": "test",
  "s3.aws-secret-key": "test",
  // The emulator is one process of Python.
  "s3.max-connections": "8",
  "s3.max-error-retries": "10",
  "hive.split-loader-concurrency": "1",
});

const writeProperties = (path: string, properties: Readonly<Record<string, string>>): void =>
  writeFileSync(
    path,
    Object.entries(properties)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(""),
  );

/**
 * Runs a program and ends it as soon as the other end of its standard input is closed: so it lasts no longer than who
 * began it, however that came to its end. The program holds nothing that anybody will want.
 */
const NO_LONGER_THAN_WE = `exec 3<&0
"$@" </dev/null 3<&- &
program=$!
(cat <&3 >/dev/null; kill -9 $program 2>/dev/null) &
wait $program`;

function start(java: string, { lib }: TrinoPackage, folder: string, log: string): ChildProcess {
  const output = openSync(log, "w");
  const options = [
    "-Xmx2G",
    "-XX:+UseSerialGC",
    // It runs for minutes, on statements of which each is compiled anew: the second compiler would never earn its keep.
    "-XX:TieredStopAtLevel=1",
    "-Djdk.attach.allowAttachSelf=true",
    "--add-modules=jdk.incubator.vector",
    "--enable-native-access=ALL-UNNAMED",
    "-Dnode.id=one",
    `-Dconfig=${join(folder, "config.properties")}`,
    "-cp",
    join(lib, "*"),
  ];
  try {
    return spawn("sh", ["-c", NO_LONGER_THAN_WE, "sh", java, ...options, "io.trino.server.TrinoServer"], {
      cwd: folder,
      stdio: ["pipe", output, output],
    });
  } finally {
    closeSync(output);
  }
}

/** It answers about itself while it still starts, and says so. */
async function ready(url: string, child: ChildProcess, log: string): Promise<void> {
  const end = Date.now() + STARTING_MS;
  while (Date.now() < end) {
    if (child.exitCode !== null) throw new Error(`Trino ended with ${child.exitCode}:\n${tailOf(log)}`);
    const info = await fetch(`${url}/v1/info`)
      .then(async (answer) => (await answer.json()) as { readonly starting: boolean })
      .catch(() => undefined); // It does not listen yet.
    if (info?.starting === false) return;
    await sleep(200);
  }
  throw new Error(`Trino was not ready after ${STARTING_MS / 1_000} s:\n${tailOf(log)}`);
}

const tailOf = (log: string): string => readFileSync(log, "utf8").split("\n").slice(-30).join("\n");
