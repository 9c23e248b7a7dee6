import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePort } from "./free-port.ts";
import { passOn } from "./pass-on.ts";

const run = promisify(execFile);

/** DuckDB is what the emulator writes Parquet and answers Athena with; cryptography signs and checks the users' tokens. */
const PACKAGES = ["ministack==1.5.33", "duckdb==1.5.6", "cryptography==50.0.2"];

export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const VENV = join(ROOT, ".cache", PACKAGES.join("+").replaceAll("==", "-"));

/** Installs the emulator where it is not there yet. Answers why it cannot be had, or nothing if it can. */
export async function ministackMissing(): Promise<string | undefined> {
  const ready = join(VENV, "ready");
  if (existsSync(ready)) return undefined;
  for (const [program, asked] of [
    ["python3", "--version"],
    ["openssl", "version"],
  ] as const) {
    const present = await run(program, [asked]).catch(() => undefined);
    if (present === undefined) return `${program} is not installed`;
  }
  try {
    mkdirSync(dirname(VENV), { recursive: true });
    await run("python3", ["-m", "venv", VENV]);
    await run(join(VENV, "bin", "pip"), ["install", "--quiet", ...PACKAGES]);
  } catch (error) {
    return `the AWS emulator could not be installed: ${(error as Error).message.split("\n")[0]}`;
  }
  writeFileSync(ready, "");
  return undefined;
}

export interface Ministack {
  /** Where a program that trusts nobody's certificate can speak to it. */
  readonly url: string;
  /** Where it listens itself, with TLS, and the certificate it shows. */
  readonly port: number;
  readonly certificate: string;
  /** What a program that speaks AWS needs in its environment to speak to the emulator instead. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * Starts the emulator on a free port of this machine alone, with an empty memory, over TLS because our policies refuse
 * anything else, and with IAM enforced: a function that lacks a permission fails here as it would on AWS. Functions run
 * on this process's own Node.
 */
export async function startMinistack(): Promise<Ministack> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "tributary-ministack-"));
  const certificate = join(folder, "ministack-tls", "server.crt");
  const environment = environmentFor(`https://127.0.0.1:${port}`, certificate);
  const log = openSync(join(folder, "log"), "a");
  const front = await passOn({ port, certificate });
  const child = spawn(join(VENV, "bin", "ministack"), [], {
    cwd: folder,
    env: { ...environment, ...emulatorSettings(port, folder, front.url) },
    stdio: ["ignore", log, log],
    // A group of its own, because it starts a process for each function and they must go with it.
    detached: true,
  });
  const stop = async (): Promise<void> => {
    await ended(child);
    await front.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await healthy(front.url, certificate, child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: front.url, port, certificate, environment, stop };
}

const environmentFor = (url: string, certificate: string): Readonly<Record<string, string>> => ({
  PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ""}`,
  HOME: process.env.HOME ?? tmpdir(),
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
  AWS_REGION: "us-east-1",
  AWS_ENDPOINT_URL: url,
  AWS_ENDPOINT_URL_S3: url,
  NODE_EXTRA_CA_CERTS: certificate,
});

const emulatorSettings = (port: number, folder: string, front: string): Readonly<Record<string, string>> => ({
  AUTH: "true",
  USE_SSL: "1",
  BIND_HOST: "127.0.0.1",
  GATEWAY_PORT: String(port),
  TMPDIR: folder,
  S3_DATA_DIR: join(folder, "s3"),
  // Where it has to check a user's token it asks itself for the keys, over plain HTTP whatever it speaks: we pass that on.
  http_proxy: front,
  // Servers we have no use for, on ports of their own.
  IOT_MTLS_ENABLED: "0",
  SFTP_ENABLED: "0",
});

/** Asks a service that this repository has no client of, by the name of the operation. */
export async function askService<Answer>(
  { url }: Ministack,
  target: string,
  service: string,
  body: object,
): Promise<Answer> {
  const headers = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": target,
    // The emulator asks who speaks, and does not check the signature of its owner.
    authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
  };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${target}: ${await answer.text()}`);
  return (await answer.json()) as Answer;
}

async function healthy(url: string, certificate: string, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 120; attempt++) {
    if (child.exitCode !== null) throw new Error(`the emulator ended by itself with ${child.exitCode}`);
    const listening = existsSync(certificate);
    const answered = listening ? await fetch(`${url}/_ministack/health`).catch(() => undefined) : undefined;
    if (answered?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error("the emulator did not answer within 30 seconds");
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  process.kill(-child.pid, "SIGTERM");
  const late = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, "SIGKILL"), 5_000);
  await gone;
  clearTimeout(late);
}
