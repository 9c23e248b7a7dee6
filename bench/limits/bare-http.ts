import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { endsWithUs } from "#bench/subjects/children.ts";

const PROCESS = fileURLToPath(new URL("./bare-http.process.ts", import.meta.url));
/** Made by Node for each answer anew. */
const OWN = new Set(["connection", "date", "keep-alive", "content-length"]);

/** Starts a bare HTTP server in a process of its own that answers what Tributary's does, and ends it after the work. */
export async function withBareHttp<T>(
  tributary: { readonly url: string; readonly writeKey: string },
  work: (url: string) => Promise<T>,
): Promise<T> {
  const response = await fetch(`${tributary.url}/v1/batch`, {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(`${tributary.writeKey}:`).toString("base64")}` },
    body: '{"batch":[]}',
  });
  const headers = Object.fromEntries([...response.headers].filter(([name]) => !OWN.has(name)));
  const args = [PROCESS, await response.text(), JSON.stringify(headers)];
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
