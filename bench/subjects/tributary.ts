import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { endsWithUs } from "./children.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const REPORT_PEAK = new URL("./report-peak.ts", import.meta.url).href;

/** What `npm run local` runs, flags included: whatever people start is what is measured. */
function localCommand(): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")) as { scripts: { local: string } };
  const [node, ...rest] = scripts.local.split(" ");
  if (node !== "node") throw new Error(`npm run local was to begin with node, not ${node}`);
  return rest;
}

interface Started {
  readonly child: ChildProcess;
  /** Exit code and the most memory that was resident, in bytes (`undefined` where it was killed). */
  readonly ended: Promise<{ readonly code: number | null; readonly peakBytes: number | undefined }>;
}

function startLocal(args: readonly string[]): Started {
  const child = endsWithUs(
    spawn(process.execPath, ["--import", REPORT_PEAK, ...localCommand(), ...args], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "inherit", "pipe"],
    }),
  );
  const peak = text(child.stdio[3] as Readable);
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once("exit", resolve);
    child.once("error", reject);
  });
  const ended = exit.then(async (code) => {
    const bytes = Number(await peak);
    return { code, peakBytes: bytes > 0 ? bytes : undefined };
  });
  return { child, ended };
}

/** `npm run local -- <args>` to its end: what it printed, how long it took in seconds and its peak of memory in bytes. */
export async function runLocal(args: readonly string[]): Promise<{
  readonly stdout: string;
  readonly seconds: number;
  readonly peakBytes: number | undefined;
}> {
  const began = performance.now();
  const { child, ended } = startLocal(args);
  const [stdout, { code, peakBytes }] = await Promise.all([text(child.stdout as Readable), ended]);
  if (code !== 0) throw new Error(`npm run local -- ${args[0]} ended with ${code}: ${stdout}`);
  return { stdout, seconds: (performance.now() - began) / 1_000, peakBytes };
}

/** A server in a process of its own. */
export interface TributaryServer {
  readonly url: string;
  readonly writeKey: string;
  /** From the start of the process until it said that it serves. */
  readonly secondsToReady: number;
  /** Posts to the management API and answers the body. Throws where it is refused. */
  post(path: string, body: unknown): Promise<unknown>;
  rows(sql: string): Promise<readonly (readonly unknown[])[]>;
  /** How much memory is resident now, in bytes; `undefined` where the system does not say it as Linux does. */
  residentBytes(): number | undefined;
  /** Ends it as an operator does, and answers the most memory that was resident, in bytes. */
  stop(): Promise<number | undefined>;
}

function residentBytes(pid: number | undefined): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1_024;
  } catch {
    return undefined; // No Linux.
  }
}

export async function startServer(data: string): Promise<TributaryServer> {
  const began = performance.now();
  const { child, ended } = startLocal(["--port", "0", "--data", data, "--json"]);
  const line = await Promise.race([
    new Promise<string>((resolve) => createInterface(child.stdout as Readable).once("line", resolve)),
    ended.then(({ code }) => Promise.reject(new Error(`the server ended with ${code} before it was ready`))),
  ]);
  const secondsToReady = (performance.now() - began) / 1_000;
  const { url, writeKey, token } = JSON.parse(line) as { url: string; writeKey: string; token: string };
  const post = async (path: string, body: unknown): Promise<unknown> => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const response = await fetch(`${url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
    return response.json();
  };
  return {
    url,
    writeKey,
    secondsToReady,
    post,
    rows: async (sql) => ((await post("/api/queries", { sql })) as { rows: readonly (readonly unknown[])[] }).rows,
    residentBytes: () => residentBytes(child.pid),
    stop: async () => {
      child.kill("SIGTERM");
      return (await ended).peakBytes;
    },
  };
}
