import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const LOCAL = fileURLToPath(new URL("../../bin/local.ts", import.meta.url));

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads answers as a person does, and its expectations say what they hold
  readonly body: any;
}

/** A server in a process of its own, on a data folder that outlives it. */
export interface TributaryProcess {
  readonly url: string;
  readonly writeKey: string;
  readonly token: string;
  /** Asks the API: `GET` without a body, `POST` with one. */
  api(path: string, body?: unknown, method?: string): Promise<Answer>;
  /** Posts JSON, or bytes as they are, to a collection route with the write key. */
  send(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** The rows of a query. */
  rows(sql: string): Promise<readonly (readonly unknown[])[]>;
  /** Ends it as an operator would, and answers its exit code. */
  stop(): Promise<number | null>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  readonly pid: number;
}

export const newDataFolder = (): string => mkdtempSync(join(tmpdir(), "tributary-test-"));
export const removeDataFolder = (data: string): void => rmSync(data, { recursive: true, force: true });

/** `npm run local -- <args>`, and what it printed. Rejects where it fails. */
export async function runLocal(
  ...args: readonly string[]
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  return promisify(execFile)(process.execPath, [LOCAL, ...args], { maxBuffer: 64 * 1024 * 1024 });
}

/** `npm run local -- --port 0 --data DIR --json`, ready to serve. `node` are options of Node's own. */
export async function startTributary(data: string, node: readonly string[] = []): Promise<TributaryProcess> {
  const server = spawn(process.execPath, [...node, LOCAL, "--port", "0", "--data", data, "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => server.once("exit", resolve));
  const { url, writeKey, token } = JSON.parse(await firstLine(server)) as Record<"url" | "writeKey" | "token", string>;
  const ask = async (
    path: string,
    method: string,
    headers: Record<string, string>,
    body?: string | Uint8Array<ArrayBuffer>,
  ): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  };
  const api: TributaryProcess["api"] = (path, body, method = body === undefined ? "GET" : "POST") =>
    ask(
      path,
      method,
      { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body === undefined ? undefined : JSON.stringify(body),
    );
  return {
    url,
    writeKey,
    token,
    pid: server.pid ?? 0,
    api,
    send: (path, body, headers = {}) =>
      ask(
        path,
        "POST",
        { authorization: `Basic ${Buffer.from(`${writeKey}:`).toString("base64")}`, ...headers },
        body instanceof Uint8Array ? new Uint8Array(body) : typeof body === "string" ? body : JSON.stringify(body),
      ),
    rows: async (sql) => {
      const answer = await api("/api/queries", { sql });
      if (answer.status !== 200) throw new Error(`${sql}: ${JSON.stringify(answer.body)}`);
      return answer.body.rows;
    },
    stop: () => {
      server.kill("SIGTERM");
      return ended;
    },
    kill: async () => {
      server.kill("SIGKILL");
      await ended;
    },
  };
}

function firstLine(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (server.stdout === null) throw new Error("stdout was to be a pipe");
    createInterface({ input: server.stdout }).once("line", resolve);
    server.once("exit", (code) => reject(new Error(`Tributary ended (${code}) before it was ready`)));
  });
}
