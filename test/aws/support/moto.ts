import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePort } from "./free-port.ts";

const run = promisify(execFile);

const PACKAGE = "moto[server,s3]==5.2.5";
const VENV = fileURLToPath(new URL(`../../../.cache/${PACKAGE.replaceAll(/[^\w.]+/g, "-")}`, import.meta.url));
const STARTING_MS = 60_000;

/** Installs moto where it is not there yet. Answers why it cannot be had, or nothing if it can. */
export async function motoMissing(): Promise<string | undefined> {
  const ready = join(VENV, "ready");
  if (existsSync(ready)) return undefined;
  if ((await run("python3", ["--version"]).catch(() => undefined)) === undefined) return "python3 is not installed";
  try {
    mkdirSync(dirname(VENV), { recursive: true });
    await run("python3", ["-m", "venv", VENV]);
    await run(join(VENV, "bin", "pip"), ["install", "--quiet", PACKAGE]);
  } catch (error) {
    return `moto could not be installed: ${(error as Error).message.split("\n")[0]}`;
  }
  writeFileSync(ready, "");
  return undefined;
}

export interface Moto {
  /** Answers S3, and much else, to whoever asks with any credentials. */
  readonly url: string;
  stop(): Promise<void>;
}

/** The server of Python's moto on a free port of this machine alone, with an empty memory. */
export async function startMoto(): Promise<Moto> {
  const port = await freePort();
  const child = spawn(join(VENV, "bin", "moto_server"), ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  };
  try {
    await answering(url, child);
  } catch (failure) {
    await stop();
    throw failure;
  }
  return { url, stop };
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  const end = Date.now() + STARTING_MS;
  while (Date.now() < end) {
    if (child.exitCode !== null) throw new Error(`moto ended by itself with ${child.exitCode}`);
    const answer = await fetch(`${url}/moto-api/data.json`).catch(() => undefined); // It does not listen yet.
    if (answer?.ok) return;
    await sleep(100);
  }
  throw new Error(`moto did not answer within ${STARTING_MS / 1_000} s`);
}
