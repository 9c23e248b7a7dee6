import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { endsWithUs } from "#bench/subjects/children.ts";

const PROCESS = fileURLToPath(new URL("./bare-http.process.ts", import.meta.url));
export interface BareAnswer {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Made by Node for each answer anew. */
const OWN = new Set(["connection", "date", "keep-alive", "content-length"]);

/** What Tributary answers where it took everything in. Sends it a batch of nothing. */
export async function acknowledgement(server: {
  readonly url: string;
  readonly writeKey: string;
}): Promise<BareAnswer> {
  const response = await fetch(`${server.url}/v1/batch`, {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(`${server.writeKey}:`).toString("base64")}` },
    body: '{"batch":[]}',
  });
  const headers = Object.fromEntries([...response.headers].filter(([name]) => !OWN.has(name)));
  return { body: await response.text(), headers };
}

/** Starts a bare HTTP server in a process of its own that always answers the same, and ends it after the work. */
export async function withBareHttp<T>({ body, headers }: BareAnswer, work: (url: string) => Promise<T>): Promise<T> {
  const args = [PROCESS, body, JSON.stringify(headers)];
  const child = endsWithUs(spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] }));
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  try {
    const url = await Promise.race([
      new Promise<string>((resolve) => createInterface(child.stdout).once("line", resolve)),
      exited.then(() => Promise.reject(new Error("the bare HTTP server ended before it was ready"))),
    ]);
    return await work(url);
  } finally {
    child.kill("SIGTERM");
    await exited;
  }
}
