import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const LOCAL = fileURLToPath(new URL("../../bin/local.ts", import.meta.url));

/** A Tributary of this chapter's own, empty, in a folder that goes with it. */
export interface Tributary {
  /** What the first line on stdout says: where it is, and what is needed to send and to ask. */
  readonly url: string;
  readonly writeKey: string;
  readonly token: string;
  /** The data folder. */
  readonly data: string;
  /** Asks the API: `GET` without a body, `POST` with one. Answers the status and the body. */
  api(path: string, body?: unknown, method?: string): Promise<Answer>;
  /** `npm run local -- <args> --data <the folder>`, beside the running server. Answers what it printed on stdout. */
  command(...args: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a chapter reads answers as a person does, and its expectations say what they hold
  readonly body: any;
}

/** `npm run local -- --port 0 --data DIR --json`, as a person would start it. */
export async function startTributary(): Promise<Tributary> {
  const data = mkdtempSync(join(tmpdir(), "tributary-tour-"));
  const server = spawn(process.execPath, [LOCAL, "--port", "0", "--data", data, "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { url, writeKey, token } = JSON.parse(await firstLine(server)) as Pick<Tributary, "url" | "writeKey" | "token">;
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return {
    url,
    writeKey,
    token,
    data,
    api: async (path, body, method = body === undefined ? "GET" : "POST") => {
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const response = await fetch(`${url}${path}`, { method, headers, ...sent });
      return { status: response.status, body: await response.json() };
    },
    command: async (...args) => {
      const { stdout } = await promisify(execFile)(process.execPath, [LOCAL, ...args, "--data", data]);
      return stdout;
    },
    stop: async () => {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGTERM");
      await ended;
      rmSync(data, { recursive: true, force: true });
    },
  };
}

function firstLine(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (server.stdout === null) throw new Error("stdout was to be a pipe");
    const lines = createInterface({ input: server.stdout });
    lines.once("line", resolve);
    server.once("exit", (code) => reject(new Error(`Tributary ended (${code}) before it was ready`)));
  });
}
